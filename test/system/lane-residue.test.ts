// What is left of connections shows as memory of the process, as its descriptors and its handles. Those of QUIC and TLS live
// outside V8.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from '../../core/clock.ts'
import { Scan } from '../../core/contracts/scan.ts'
import { openFastVisitor } from '../../crawler/fast/fast-visitor.ts'
import { openQuicVisitor } from '../../crawler/quic/quic-visitor.ts'
import { parseAddress } from '../../crawler/visit/address.ts'
import { parsePeerId } from '../../crawler/visit/peer-id-text.ts'
import { LanePeersProcess } from '../support/libp2p/lane-peers-process.ts'
import { ScriptedDns } from '../support/scripted-dns.ts'
import type { Visitor, VisitTarget } from '../../crawler/visit/visitor.ts'

const MANY = process.env['PEERPROBE_FULL'] === '1' ? 5_000 : 1_500

/** After as many as the warm-up the libraries' own pools have their size. Connections that stayed would hold some 40 kB each. */
const CASES = [
  { way: 'quic-v1', open: openQuicVisitor, visits: 5_000, warmUp: 3_000, maxGrowthMb: 120 },
  { way: 'ws', open: openFastVisitor, visits: MANY, warmUp: 500, maxGrowthMb: 60 },
  { way: 'relay', open: openFastVisitor, visits: MANY, warmUp: 500, maxGrowthMb: 60 },
  { way: 'tls', open: openFastVisitor, visits: MANY, warmUp: 3_000, maxGrowthMb: 60 }
] as const

const CONCURRENCY = 32
const { signal } = new AbortController()
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 1_024 } })
const options = { kadProtocols: ['/strange/kad/1.0.0'], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 10_000 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function visitMany (visitor: Visitor, target: VisitTarget, count: number): Promise<void> {
  let next = 0

  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (next++ < count) {
      const { outcome, detail } = await visitor.visit(target, signal)
      assert.equal(outcome, 'identified', detail)
    }
  }))
}

async function state (): Promise<{ descriptors: number, handles: number, megabytes: number }> {
  await delay(1_000)
  collectGarbage()

  return { descriptors: readdirSync('/proc/self/fd').length, handles: process.getActiveResourcesInfo().length, megabytes: process.memoryUsage.rss() / 1_048_576 }
}

suite('visits in a row leave no descriptor, no handle and no memory behind', () => {
  for (const { way, open, visits, warmUp, maxGrowthMb } of CASES) {
    test(`${String(visits)} by ${way}`, async (t) => {
      await using peers = await LanePeersProcess.open()
      const { id, address } = peers.peers[way]
      await using visitor = await open(options, { clock: systemClock, dns: new ScriptedDns() })
      const target: VisitTarget = { id: parsePeerId(id)!, addresses: [parseAddress(address)!.address], plan: { strategy: 'Census', bucket: 0 } }
      await visitMany(visitor, target, warmUp)
      const before = await state()
      await visitMany(visitor, target, visits)
      const after = await state()
      t.diagnostic(JSON.stringify({ before, after }))

      assert.ok(after.descriptors <= before.descriptors, 'no more than before: the garbage of the test before may go meanwhile')
      assert.ok(after.handles <= before.handles)
      assert.ok(after.megabytes - before.megabytes < maxGrowthMb, JSON.stringify({ before, after }))
    })
  }
})
