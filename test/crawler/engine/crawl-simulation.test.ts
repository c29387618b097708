import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isContacted } from '../../../core/contracts/outcome.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { CrawlRun } from '../../../crawler/engine/crawl.ts'
import { NO_STANDSTILL } from '../../support/client/no-standstill.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { SimulatedVisitor } from '../../support/network/simulated-network-visitor.ts'
import { addressOf, isDialable, peerIdOf, SimulatedNetwork } from '../../support/network/simulated-network.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { CrawlOptions, CrawlReport, CrawlSeeds } from '../../../crawler/engine/crawl-report.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'
import type { SimulatedPeer } from '../../support/network/simulated-network.ts'

const OPTIONS: CrawlOptions = {
  crawlId: 1_767_225_600,
  crawlNumber: 0,
  strategy: 'Census',
  concurrency: 1_000,
  maxPeers: 500_000,
  maxDurationMs: 3_600_000,
  visitTimeoutMs: 15_000
}
const log = createLogger({ level: 'silent' })

interface Crawled { report: CrawlReport, visits: CompletedVisit[], clock: FakeClock, elapsedMs: number }

interface Setting { clock?: FakeClock, visitor: (clock: FakeClock) => Pick<Visitor, 'visit'>, seeds: Partial<CrawlSeeds>, options?: Partial<CrawlOptions> }

async function crawl ({ clock = new FakeClock(), visitor, seeds, options = {} }: Setting): Promise<Crawled> {
  const visits: CompletedVisit[] = []
  const sink = { ready: () => undefined, accept: (visit: CompletedVisit): unknown => visits.push(visit) }
  const deps = { visitor: visitor(clock), sink, clock, isDialable, log, busyShare: () => 0, standstill: NO_STANDSTILL }
  const run = new CrawlRun(deps, { ...OPTIONS, ...options }, { bootstrap: [], connected: [], known: [], ...seeds })
  const sinceMs = clock.monotonic()
  const report = await clock.runUntil(run.run(new AbortController().signal))

  return { report, visits, clock, elapsedMs: clock.monotonic() - sinceMs }
}

const isUp = ({ role }: SimulatedPeer): boolean => role === 'server' || role === 'client' || role === 'slow'
const contacted = (visits: CompletedVisit[]): CompletedVisit[] => visits.filter(({ result }) => isContacted(result.outcome))

suite('a crawl of thousands of simulated peers', () => {
  const shares = { dead: 0.3, client: 0.05, slow: 0.01 }

  const large = new SimulatedNetwork({ peers: 10_000, seed: 7, shares })
  const small = new SimulatedNetwork({ peers: 3_000, seed: 10, shares })

  for (const [crawlNumber, network] of [large, small, small].entries()) {
    test(`with Census number ${String(crawlNumber)} finds each of ${String(network.peers.length)} peers that can be contacted, once`, async () => {
      const clock = new FakeClock()
      const visitor = new SimulatedVisitor(network, clock)
      const { report, visits } = await crawl({ clock, visitor: () => visitor, seeds: { bootstrap: network.bootstrap() }, options: { crawlNumber } })
      const expected = network.peers.filter(isUp).length

      assert.equal(report.totals.contacted, expected)
      assert.equal(new Set(contacted(visits).map(({ id }) => Buffer.from(id).toString('hex'))).size, expected)
      assert.equal(contacted(visits).length, expected)
      assert.equal(report.totals.visited, report.totals.discovered)
      assert.equal(visits.length, report.totals.visited)
      assert.equal(report.end, 'complete')
      assert.equal(visitor.overlapped, false)
      assert.equal(visitor.maxActive, 1_000)
      assert.equal(clock.pending, 0)
    })
  }

  test('with Topology finds each of 10,000 peers in any table', async () => {
    const { report } = await crawl({ visitor: clock => new SimulatedVisitor(large, clock), seeds: { bootstrap: large.bootstrap() }, options: { strategy: 'Topology' } })

    assert.equal(report.totals.contacted, large.peers.filter(isUp).length)
    assert.equal(report.totals.discovered, 10_000)
    assert.equal(report.totals.refusedPeers, 0)
  })

  test('while a fifth of the peers leaves and returns, misses only those that were away when visited', async () => {
    const churning = new SimulatedNetwork({ peers: 5_000, seed: 9 })
    churning.peers.forEach((peer) => {
      peer.untilMs = peer.index % 10 === 3 ? 500 + peer.index : Infinity
      peer.fromMs = peer.index % 10 === 4 ? 500 + peer.index : 0
    })
    const { report, visits } = await crawl({ visitor: clock => new SimulatedVisitor(churning, clock), seeds: { bootstrap: churning.bootstrap() } })
    const steady = churning.peers.filter(({ index }) => index % 10 !== 3 && index % 10 !== 4)
    const found = new Set(contacted(visits).map(({ id }) => churning.find(id)))

    assert.ok(steady.every(peer => found.has(peer)))
    assert.ok(report.totals.contacted > steady.length)
    assert.equal(report.totals.contacted + (report.totals.outcomes.timeout ?? 0), 5_000)
  })

  test('returns a population from which the next crawl finds all peers without bootstrap peers', async () => {
    const first = await crawl({ visitor: clock => new SimulatedVisitor(small, clock), seeds: { bootstrap: small.bootstrap() } })
    const { report, visits } = await crawl({
      visitor: clock => new SimulatedVisitor(small, clock),
      seeds: { known: first.report.population },
      options: { crawlNumber: 1 }
    })

    assert.equal(report.totals.contacted, first.report.totals.contacted)
    assert.ok(contacted(visits).every(({ source }) => source === 'known'))
    assert.deepEqual(new Set(report.population.map(({ failures }) => failures)), new Set([0, 2]))
  })

  test('with 45 % dead peers takes no longer than their share of the slots', async () => {
    const alive = new SimulatedNetwork({ peers: 3_000, seed: 11 })
    const mixed = new SimulatedNetwork({ peers: 3_000, seed: 11, shares: { dead: 0.45 } })
    const options = { concurrency: 300 }
    const fast = await crawl({ visitor: clock => new SimulatedVisitor(alive, clock), seeds: { bootstrap: alive.bootstrap() }, options })
    const slow = await crawl({ visitor: clock => new SimulatedVisitor(mixed, clock), seeds: { bootstrap: mixed.bootstrap() }, options })
    const deadShareMs = 0.45 * 3_000 * 5_000 / 300

    assert.ok(slow.elapsedMs < fast.elapsedMs + deadShareMs + 2 * 5_000, `${String(slow.elapsedMs)} after ${String(fast.elapsedMs)}`)
  })
})

suite('a crawl of a hostile network', () => {
  const found = (record: PeerRecord, peers: PeerRecord[], queries: number): VisitResult => ({
    lane: 'fast',
    startedAtMs: 0,
    durationMs: 1,
    outcome: 'ok',
    attempts: [],
    connection: { address: record.addresses[0]!, transport: 'tcp', limited: false },
    identity: { protocols: [], listenAddresses: [] },
    routingTable: { queries, failed: 0, peers }
  })
  const invented = (count: number, prefix: string): PeerRecord[] =>
    Array.from({ length: count }, (_, i) => ({ id: peerIdOf(`${prefix}/${String(i)}`), addresses: [addressOf(i)] }))

  test('whose peers invent new ones in each reply ends at the limit of the crawl', async () => {
    let calls = 0
    const visit = async (target: VisitTarget): Promise<VisitResult> => found(target, invented(64, String(calls++)), 2)
    const { report } = await crawl({ visitor: () => ({ visit }), seeds: { bootstrap: invented(1, 'first') }, options: { maxPeers: 1_000 } })

    assert.equal(report.totals.discovered, 1_000)
    assert.equal(report.totals.visited, 1_000)
    assert.equal(report.totals.refusedPeers, 1_000 * 64 - 999)
    assert.equal(report.population.length, 500)
  })

  test('accepts 32 peers of each reply and 2,000 of each referrer, and counts the rest', async () => {
    const liar = peerIdOf('liar')
    const many = invented(100_000, 'many')
    const run = async (queries: number): Promise<CrawlReport> => {
      const visit = async (target: VisitTarget): Promise<VisitResult> => found(target, Buffer.compare(target.id, liar) === 0 ? many : [], queries)
      return (await crawl({ visitor: () => ({ visit }), seeds: { bootstrap: [{ id: liar, addresses: [addressOf(77)] }] } })).report
    }
    const [two, thousands] = [await run(2), await run(5_000)]

    assert.deepEqual([two.totals.discovered, two.totals.refusedPeers], [65, 100_000 - 64])
    assert.deepEqual([thousands.totals.discovered, thousands.totals.refusedPeers], [2_001, 98_000])
  })

  test('publishes at most 50,000 visits of uncontacted peers', async () => {
    const seeds = { known: invented(50_010, 'dead').map(peer => ({ ...peer, outcome: 'timeout' as const, failures: 1 })) }
    const visit = async (): Promise<VisitResult> => ({ lane: 'fast', startedAtMs: 0, durationMs: 1, outcome: 'refused', attempts: [] })
    const { report, visits } = await crawl({ visitor: () => ({ visit }), seeds })

    assert.equal(visits.length, 50_000)
    assert.equal(report.totals.unpublished, 10)
    assert.equal(report.totals.visited, 50_010)
  })
})
