// QUIC connections live outside V8: what is left of them shows as memory of the process and as its descriptors.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from '../../core/clock.ts'
import { Scan } from '../../core/contracts/scan.ts'
import { openQuicVisitor } from '../../crawler/quic/quic-visitor.ts'
import { parseAddress } from '../../crawler/visit/address.ts'
import { parsePeerId } from '../../crawler/visit/peer-id-text.ts'
import { QuicPeerProcess } from '../support/libp2p/quic-peer-process.ts'
import { ScriptedDns } from '../support/scripted-dns.ts'
import type { VisitTarget } from '../../crawler/visit/visitor.ts'

const VISITS = 5_000

/** After so many the library's own pools have their size. */
const WARM_UP = 3_000
const CONCURRENCY = 32

/** Connections that stayed would hold some 40 kB each, 200 MB in all. */
const MAX_GROWTH_MB = 120

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test(`${String(VISITS)} visits over QUIC leave no descriptor and no memory behind`, async (t) => {
  const { signal } = new AbortController()
  await using peer = await QuicPeerProcess.open()
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 1_024 } })
  const options = { kadProtocols: ['/strange/kad/1.0.0'], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 10_000 }
  await using visitor = await openQuicVisitor(options, { clock: systemClock, dns: new ScriptedDns() })
  const target: VisitTarget = { id: parsePeerId(peer.id)!, addresses: [parseAddress(peer.address)!.address], plan: { strategy: 'Census', bucket: 0 } }
  const visit = async (count: number): Promise<void> => {
    let next = 0

    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      while (next++ < count) {
        const { outcome, detail } = await visitor.visit(target, signal)
        assert.equal(outcome, 'identified', detail)
      }
    }))
  }
  const state = async (): Promise<{ descriptors: number, handles: number, megabytes: number }> => {
    await delay(1_000)
    collectGarbage()
    return { descriptors: readdirSync('/proc/self/fd').length, handles: process.getActiveResourcesInfo().length, megabytes: process.memoryUsage.rss() / 1_048_576 }
  }

  await visit(WARM_UP)
  const before = await state()
  await visit(VISITS)
  const after = await state()
  t.diagnostic(JSON.stringify({ before, after }))

  assert.equal(after.descriptors, before.descriptors)
  assert.ok(after.handles <= before.handles)
  assert.ok(after.megabytes - before.megabytes < MAX_GROWTH_MB, JSON.stringify({ before, after }))
})
