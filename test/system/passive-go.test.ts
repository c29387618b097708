import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasGo } from '../../local/devnet/go/build-go-devnet.ts'
import { GO_KAD_PROTOCOL, joinThrough } from '../../local/devnet/go/join-through.ts'
import { openPassiveRig } from '../support/libp2p/open-passive.ts'

const reason = await hasGo() ? false : 'no Go on this machine: install Go 1.26 or later to join real go-libp2p hosts'

for (const transport of ['tcp', 'quic-v1'] as const) {
  test(`go-libp2p hosts that join through the passive node by ${transport} keep it in their tables and find each other`, { skip: reason }, async () => {
    await using rig = await openPassiveRig({ kadProtocol: GO_KAD_PROTOCOL })
    const { hosts, keep, found } = await joinThrough(rig.address(transport).toString(), AbortSignal.timeout(120_000))

    assert.deepEqual({ hosts, keep, found }, { hosts: 3, keep: 3, found: 3 })
    assert.equal(rig.discovery.status().routingTable, 3)
    assert.ok(rig.visits.some(({ result }) => result.identity?.agentVersion?.startsWith('go-devnet/plain/') === true))
  })
}
