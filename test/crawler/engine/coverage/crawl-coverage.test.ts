import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlCoverage } from '../../../../crawler/engine/coverage/crawl-coverage.ts'
import { Frontier } from '../../../../crawler/engine/frontier/frontier.ts'
import { randomOf } from '../../../support/network/simulated-network-random.ts'
import { addressOf, isDialable, peerIdOf } from '../../../support/network/simulated-network.ts'
import type { QueryPlan } from '../../../../crawler/dht/visit-target.ts'
import type { CoverageOptions } from '../../../../crawler/engine/coverage/crawl-coverage.ts'
import type { FrontierPeer } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import type { PeerRecord } from '../../../../crawler/peer/peer-record.ts'
import type { VisitResult } from '../../../../crawler/visit/visitor.ts'

const record = (n: number): PeerRecord => ({ id: peerIdOf(String(n)), addresses: [addressOf(n)] })
const PLAN: QueryPlan = { strategy: 'Census', bucket: 1, secondBucket: 9 }

interface Crawled { coverage: CrawlCoverage, frontier: Frontier }

// A crawl that contacted all peers that it started from.
function crawled (peers: number, { maxPeers = 10_000, ...options }: Partial<CoverageOptions> = {}): Crawled {
  const frontier = new Frontier({ isDialable }, { maxPeers })
  const coverage = new CrawlCoverage({ frontier, planOf: () => PLAN, random: randomOf(1) }, { strategy: 'Census', maxPeers, asksSample: true, ...options })

  for (let i = 0; i < peers; i++) {
    frontier.seed(record(i), 'connected')
  }
  for (let peer = frontier.take(); peer !== undefined; peer = frontier.take()) {
    frontier.complete(peer, 'ok')
  }

  return { coverage, frontier }
}

function answer (...peers: PeerRecord[]): VisitResult {
  return { startedAtMs: 0, durationMs: 1, outcome: 'ok', attempts: [], routingTable: { queries: 1, failed: 0, peers, closest: 0 } }
}

function askAll ({ coverage }: Crawled, answerOf: (peer: FrontierPeer) => VisitResult): number[] {
  const buckets: number[] = []

  for (let asked = coverage.next(); asked !== undefined; asked = coverage.next()) {
    buckets.push(asked.sampledBucket ?? NaN)
    coverage.enter(asked, answerOf(asked.peer))
  }

  return buckets
}

suite('CrawlCoverage', () => {
  test('asks 200 peers, or 2 % of more than 10,000, or all, each once and for one bucket that its visit did not ask for', () => {
    for (const [peers, sampled] of [[30, 30], [1_000, 200], [10_001, 201]] as const) {
      const crawl = crawled(peers, { maxPeers: 20_000 })
      const asked = new Set<FrontierPeer>()
      const buckets = askAll(crawl, (peer) => {
        asked.add(peer)
        return answer(record(0))
      })

      assert.deepEqual([buckets.length, asked.size], [sampled, sampled])
      assert.ok(buckets.every(bucket => bucket !== 1 && bucket !== 9 && bucket >= 0 && bucket < 16), buckets.join())
      assert.equal(crawl.coverage.isOver, true)
    }
  })

  test('asks for buckets near the top only: the deeper ones are among the closest peers', () => {
    assert.deepEqual([...new Set(askAll(crawled(160), () => answer()))].sort(), [0, 2, 3])
  })

  test('visits the peers that the sample mentions, and counts them as missed if they can be contacted', () => {
    const crawl = crawled(300)
    const { coverage, frontier } = crawl
    askAll(crawl, () => answer(record(1), record(9_001), record(9_002)))
    const more = [frontier.take(), frontier.take()]
    frontier.complete(more[0]!, 'ok')
    frontier.complete(more[1]!, 'timeout')
    const { coverage: found } = coverage.result(true)

    assert.equal(frontier.queued, 0)
    assert.partialDeepStrictEqual(found, { mentioned: 2, found: 1, sampled: 200, questions: 200 })
    assert.ok(found!.high < 1 && found!.low <= 300 / 301)
  })

  test('counts only questions that were answered', () => {
    const crawl = crawled(300)
    let n = 0
    const silent: VisitResult = { startedAtMs: 0, durationMs: 1, outcome: 'timeout', attempts: [] }
    askAll(crawl, () => n++ % 2 === 0 ? answer() : silent)

    assert.partialDeepStrictEqual(crawl.coverage.result(true).coverage, { sampled: 200, questions: 100 })
  })

  test('does not begin while a visit is running', () => {
    const { coverage, frontier } = crawled(30)
    frontier.seed(record(77), 'connected')
    const peer = frontier.take()

    assert.equal(coverage.next(), undefined)
    frontier.complete(peer!, 'timeout')
    assert.notEqual(coverage.next(), undefined)
    assert.equal(coverage.isOver, false)
  })

  test('says why there is no coverage', () => {
    const gapOf = ({ coverage }: Crawled, isComplete = true): string | undefined => coverage.result(isComplete).coverageGap
    const silent = crawled(300)
    askAll(silent, () => ({ startedAtMs: 0, durationMs: 1, outcome: 'timeout', attempts: [] }))

    assert.equal(gapOf(crawled(300, { strategy: 'Topology' })), 'not-asked')
    assert.equal(gapOf(crawled(300, { asksSample: false })), 'not-asked')
    assert.equal(gapOf(crawled(300), false), 'ended-early')
    assert.equal(gapOf(crawled(300, { maxPeers: 300 })), 'peer-limit')
    assert.equal(gapOf(silent), 'no-answer')
  })

  test('plans a question for one bucket, and visits as the crawl does', () => {
    const { coverage, frontier } = crawled(30)
    const [peer] = [...frontier.peers()]

    assert.deepEqual(coverage.planOf({ peer: peer!, sampledBucket: 3 }), { strategy: 'Sample', bucket: 3 })
    assert.deepEqual(coverage.planOf({ peer: peer! }), PLAN)
    assert.equal(crawled(30, { asksSample: false }).coverage.next(), undefined)
    assert.equal(crawled(30, { asksSample: false }).coverage.isOver, true)
  })
})
