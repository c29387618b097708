import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scan } from '../../core/contracts/scan.ts'
import { systemClock } from '../../core/time/clock.ts'
import { openClientVisitor } from '../../crawler/client/client-visitor.ts'
import { openLanes } from '../../crawler/lanes/open-lanes.ts'
import { Devnet } from '../../local/devnet/devnet.ts'
import { crawlOnce } from '../support/network/crawl-once.ts'
import { ScriptedDns } from '../support/network/scripted-dns.ts'
import { openReferenceVisitor } from '../support/reference/reference-visitor.ts'
import type { VisitorOptions } from '../../crawler/visit/visitor-options.ts'
import type { Visitor, VisitResult } from '../../crawler/visit/visitor.ts'
import type { PeerTruth } from '../../local/devnet/truth.ts'

const signal = new AbortController().signal
const deps = { clock: systemClock, dns: new ScriptedDns({}) }

/** The data that both visitors must find. */
const findings = (visits: Map<string, VisitResult>, ids: ReadonlySet<string>): unknown => [...visits]
  .filter(([id]) => ids.has(id))
  .sort(([a], [b]) => a < b ? -1 : 1)
  .map(([id, { outcome, identity }]) => ({
    id,
    outcome,
    agentVersion: identity?.agentVersion,
    protocols: identity?.protocols,
    addresses: identity?.listenAddresses.map(address => Buffer.from(address).toString('hex')).sort()
  }))

// The libp2p visitor dials only TCP.
const byTcp = ({ addresses }: PeerTruth): boolean => addresses.every(address => /\/tcp\/\d+$/.test(address))

test('our TCP client and the libp2p visitor find the same population, and both our clients together find the whole devnet', async () => {
  await using devnet = await Devnet.open({ peers: 32 }, signal)
  const { bootstrapPeers, kadProtocol, peers } = devnet.truth
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
  const options: VisitorOptions = { kadProtocols: [kadProtocol], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_500, visitTimeoutMs: 10_000 }

  await using fast = openClientVisitor(options, deps)
  await using full = await openReferenceVisitor(options, deps, signal)
  await using lanes = await openLanes(options, deps)
  const crawl = async (visitor: Visitor): Promise<Map<string, VisitResult>> => await crawlOnce({ visitor, bootstrapPeers, strategy: 'Topology' })
  const [byFast, byFull, byAll] = [await crawl(fast), await crawl(full), await crawl(lanes)]
  const comparable = new Set(peers.filter(byTcp).map(({ id }) => id))

  assert.ok(comparable.size > 30)
  assert.deepEqual(findings(byFast, comparable), findings(byFull, comparable))
  assert.deepEqual([...byAll].map(([id, { outcome }]) => [id, outcome]).sort(), peers.map(({ id, expectedOutcome }) => [id, expectedOutcome]).sort())
  const transports = new Set([...byAll.values()].map(({ connection }) => connection?.transport))
  assert.deepEqual([...transports].sort(), ['quic-v1', 'relay', 'tcp', 'ws', undefined])
})
