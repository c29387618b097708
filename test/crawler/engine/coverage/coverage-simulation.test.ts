import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLogger } from '../../../../core/process/logger.ts'
import { nextThirdQuestion, TWO_QUESTIONS } from '../../../../crawler/engine/coverage/third-question.ts'
import { CrawlRun } from '../../../../crawler/engine/crawl.ts'
import { CENSUS_BUCKETS } from '../../../../crawler/engine/query-plan.ts'
import { NO_STANDSTILL } from '../../../support/client/no-standstill.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { randomOf } from '../../../support/network/simulated-network-random.ts'
import { SimulatedVisitor } from '../../../support/network/simulated-network-visitor.ts'
import { isDialable, SimulatedNetwork } from '../../../support/network/simulated-network.ts'
import type { CrawlReport, CrawlSeeds } from '../../../../crawler/engine/crawl-report.ts'
import type { SimulatedNetworkOptions } from '../../../support/network/simulated-network.ts'

const SEEDS = 100
const MOST_WRONG = 6
const log = createLogger({ level: 'silent' })

interface Crawled { report: CrawlReport, visitor: SimulatedVisitor, truth: number }

/** Crawls a network once; the truth is the share of its live servers that were contacted before the sample was asked. */
async function crawl (network: SimulatedNetwork, { seed = 1, known = [], crawlNumber = 0, asksThird = false }: { seed?: number, crawlNumber?: number, asksThird?: boolean } & Partial<Pick<CrawlSeeds, 'known'>> = {}): Promise<Crawled> {
  const clock = new FakeClock()
  const visitor = new SimulatedVisitor(network, clock)
  let [before, contacted] = [0, 0]
  const run = new CrawlRun({
    clock,
    visitor: { visit: async (target, signal) => {
      before = target.plan.strategy === 'Sample' && before === 0 ? contacted : before

      return await visitor.visit(target, signal)
    } },
    sink: { ready: () => undefined, accept: ({ result }) => {
      contacted += result.outcome === 'ok' ? 1 : 0
    } },
    isDialable,
    log,
    busyShare: () => 0,
    standstill: NO_STANDSTILL,
    random: randomOf(seed)
  }, { crawlId: 1, crawlNumber, strategy: 'Census', asksThird, asksSample: true, concurrency: 500, maxPeers: 500_000, maxDurationMs: 3_600_000, visitTimeoutMs: 15_000 }, {
    bootstrap: network.bootstrap(),
    connected: [],
    known
  })
  const report = await clock.runUntil(run.run(new AbortController().signal))
  const servers = network.peers.filter(({ role }) => role === 'server').length

  return { report, visitor, truth: (before === 0 ? contacted : before) / servers }
}

async function wrongSeeds (options: SimulatedNetworkOptions): Promise<string[]> {
  const wrong: string[] = []

  for (let seed = 1; seed <= SEEDS; seed++) {
    const { report: { coverage, coverageGap }, truth } = await crawl(new SimulatedNetwork({ ...options, seed }), { seed })

    if (coverage === undefined || truth < coverage.low - 1e-9 || truth > coverage.high + 1e-9) {
      wrong.push(`seed ${String(seed)}: ${truth.toFixed(4)}, ${coverageGap ?? JSON.stringify(coverage)}`)
    }
  }

  return wrong
}

suite('the coverage of a simulated network', () => {
  const networks: [string, SimulatedNetworkOptions][] = [
    ['without weakly known peers', { peers: 220 }],
    ['with a tenth of the peers in 3 random tables', { peers: 200, weak: [{ peers: 20, tables: 3 }] }],
    ['with a tenth of the peers in 20 random tables', { peers: 200, weak: [{ peers: 20, tables: 20 }] }],
    ['with peers in 3 and in 20 random tables, and a fifth of the others dead', { peers: 250, weak: [{ peers: 15, tables: 3 }, { peers: 15, tables: 20 }], shares: { dead: 0.2 } }]
  ]

  for (const [name, options] of networks) {
    test(`${name}: the interval contains the truth for at least 94 of 100 seeds`, async () => {
      const wrong = await wrongSeeds(options)

      assert.ok(wrong.length <= MOST_WRONG, wrong.join('\n'))
    })
  }

  test('is not the share of the peers mentioned by the sample that were found before: that is too high', async () => {
    const { report: { coverage }, truth } = await crawl(new SimulatedNetwork({ peers: 600, weak: [{ peers: 60, tables: 3 }] }))

    assert.ok(coverage !== undefined)
    assert.ok(coverage.found / coverage.mentioned > coverage.high, JSON.stringify(coverage))
    assert.ok(coverage.low <= truth && truth <= coverage.high)
  })

  for (const peers of [1, 3, 20]) {
    test(`of ${String(peers)} peers is known in every crawl, whichever buckets are asked for`, async () => {
      const network = new SimulatedNetwork({ peers })

      for (let crawlNumber = 0; crawlNumber < CENSUS_BUCKETS; crawlNumber++) {
        const { report: { coverage, coverageGap } } = await crawl(network, { crawlNumber })
        assert.equal(coverage?.share, 1, `crawl ${String(crawlNumber)}: ${String(coverageGap)}`)
      }
    })
  }

  test('of a network without weakly known peers costs at most 3 % of a Census', async () => {
    const network = new SimulatedNetwork({ peers: 10_000, seed: 3 })
    const { report: { coverage, totals }, visitor } = await crawl(network)
    const visits = [...visitor.visits.values()].reduce((sum, count) => sum + count, 0)

    assert.equal(coverage?.share, 1)
    assert.ok(visits - totals.visited <= 0.03 * totals.visited, `${String(visits)} visits for ${String(totals.visited)} peers`)
    assert.ok(visitor.questions - 2 * totals.visited <= 0.03 * 2 * totals.visited, `${String(visitor.questions)} questions`)
  })
})

suite('the third question', () => {
  interface Series { asked: boolean[], shares: number[], contacted: number }

  /** Crawls in a row, each from the population of the last one. */
  async function crawls (network: SimulatedNetwork, count: number): Promise<Series> {
    const series: Series = { asked: [], shares: [], contacted: 0 }
    let [state, known] = [TWO_QUESTIONS, [] as CrawlSeeds['known']]

    for (let crawlNumber = 0; crawlNumber < count; crawlNumber++) {
      const { report } = await crawl(network, { seed: crawlNumber, crawlNumber, known, asksThird: state.isAsked })
      series.asked.push(report.thirdQuestion)
      series.shares.push(report.coverage?.share ?? NaN)
      series.contacted = report.totals.contacted
      state = nextThirdQuestion(state, report.coverage)
      known = report.population
    }

    return series
  }

  test('is asked after a crawl that missed weakly known peers, and no more once three crawls in a row found almost all', async () => {
    const { asked, shares, contacted } = await crawls(new SimulatedNetwork({ peers: 600, weak: [{ peers: 30, tables: 3 }, { peers: 30, tables: 20 }] }), 12)
    const last = asked.lastIndexOf(true)

    assert.deepEqual(asked.slice(0, 2), [false, true])
    assert.ok(last > 1 && last < 11, asked.join())
    assert.ok(shares.slice(last - 2, last + 1).every(share => share > 0.995), shares.join())
    assert.ok(contacted >= 0.995 * 660)
  })

  test('is never asked in a network whose peers are well known', async () => {
    const { asked, shares } = await crawls(new SimulatedNetwork({ peers: 600 }), 6)

    assert.ok(asked.every(isAsked => !isAsked))
    assert.ok(shares.every(share => share === 1), shares.join())
  })

  test('finds peers that two questions miss', async () => {
    const network = new SimulatedNetwork({ peers: 600, seed: 5, weak: [{ peers: 60, tables: 20 }] })
    const [two, three] = [await crawl(network), await crawl(network, { asksThird: true })]

    assert.ok(three.truth > two.truth, `${String(three.truth)} after ${String(two.truth)}`)
  })
})
