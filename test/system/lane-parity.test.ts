import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../core/clock.ts'
import { Scan } from '../../core/contracts/scan.ts'
import { openFastVisitor } from '../../crawler/fast/fast-visitor.ts'
import { openVisitor } from '../../crawler/libp2p/tcp-visitor.ts'
import { Devnet } from '../../local/devnet/devnet.ts'
import { crawlOnce } from '../support/crawl-once.ts'
import { ScriptedDns } from '../support/scripted-dns.ts'
import type { VisitReport } from '../../crawler/engine/visit-sink.ts'
import type { VisitorOptions } from '../../crawler/visit/visitor-options.ts'

const signal = new AbortController().signal
const deps = { clock: systemClock, dns: new ScriptedDns({}) }

/** What both lanes must find out alike. */
const findings = (visits: Map<string, VisitReport>): unknown => [...visits].sort(([a], [b]) => a < b ? -1 : 1).map(([id, { outcome, identity }]) => ({
  id,
  outcome,
  agentVersion: identity?.agentVersion,
  protocols: identity?.protocols,
  addresses: identity?.listenAddresses.map(address => Buffer.from(address).toString('hex')).sort()
}))

test('the fast lane and the libp2p visitor find the same population, and it is the devnet\'s own', async () => {
  await using devnet = await Devnet.open({ peers: 32 }, signal)
  const { bootstrapPeers, kadProtocol, peers } = devnet.truth
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
  const options: VisitorOptions = { kadProtocols: [kadProtocol], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_500, visitTimeoutMs: 10_000 }

  await using fast = openFastVisitor(options, deps)
  await using full = await openVisitor(options, deps, signal)
  const byFast = await crawlOnce({ visitor: fast, bootstrapPeers, strategy: 'Topology' })
  const byFull = await crawlOnce({ visitor: full, bootstrapPeers, strategy: 'Topology' })

  assert.deepEqual(findings(byFast), findings(byFull))
  assert.deepEqual([...byFast].map(([id, { outcome }]) => [id, outcome]).sort(), peers.map(({ id, role, expectedOutcome }) => [id, role === 'quic-only' ? 'unsupported-transport' : expectedOutcome]).sort())
})
