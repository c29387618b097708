import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { DialInPeer } from '../../../local/devnet/dial-in-peer.ts'
import { openPassiveRig } from '../../support/libp2p/open-passive.ts'
import { freePortPair } from '../../support/servers/free-ports.ts'
import { until } from '../../support/until.ts'

test('a peer that listens nowhere dials as soon as something listens, and dials again after a disconnect', async () => {
  const port = await freePortPair()
  await using peer = await DialInPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: 'hidden/1', port })
  const connectedIds = (rig: Awaited<ReturnType<typeof openPassiveRig>>): string[] => rig.discovery.connected().map(({ id }) => Buffer.from(id).toString('hex'))
  const own = Buffer.from(peer.id.toMultihash().bytes).toString('hex')

  for (let i = 0; i < 2; i++) {
    await using rig = await openPassiveRig({ port })
    await until('it has come', () => connectedIds(rig).includes(own))
    await until('it is reported', () => rig.visits.length > 0)

    assert.equal(rig.visits[0]?.result.identity?.agentVersion, 'hidden/1')
    assert.deepEqual(rig.visits[0].result.identity.listenAddresses, [])
  }
  assert.ok(peer.protocols.includes('/ipfs/id/1.0.0'))
})
