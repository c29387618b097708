import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlerStatus } from '../../core/contracts/status.ts'
import { ERRORS } from '../../core/errors.ts'
import { crawlerStatus } from '../../crawler/crawler-status.ts'
import { crawlReport } from '../support/network/crawl-report.ts'
import type { CrawlReport, CrawlStatus } from '../../crawler/engine/crawl-report.ts'

const nowMs = Date.parse('2026-01-01T00:01:00.000Z')
const idle = { scan: 'default/amino/main', network: 'ipfs', crawl: undefined, lastCrawl: undefined, dueInMs: 30_000, publisher: { buffered: 1, bufferedBytes: 10, published: 7, retries: 0, refused: 0, outage: undefined }, nowMs }
const running: CrawlStatus = { crawlId: 5, strategy: 'Census', elapsedMs: 2_500, queued: 4, inFlight: 3, done: 9, unconfirmed: 2, confirmations: 1, confirmationsLeftOut: 0, slots: 128, found: 16, refused: 0, byOutcome: { ok: 5, identified: 1, timeout: 3 }, visitsPerSecond: 3.5, waitingForSink: false, watchdogCuts: 0, stalls: 0, lostMs: 0, standstills: 0, repeatedVisits: 0 }
const none = { top: [], other: 0 }
const report = (contacted: number, visited: number): CrawlReport => crawlReport({
  crawlId: 5,
  startedAtMs: nowMs - 10_000,
  finishedAtMs: nowMs - 2_000,
  totals: {
    discovered: visited,
    visited,
    contacted,
    dhtServers: contacted,
    unpublished: 0,
    refusedPeers: 0,
    outcomes: visited === 0 ? {} : { 'dns-failed': visited - contacted, 'ok': contacted }
  },
  distributions: { agentVersions: none, protocols: none, transports: none, addressFamilies: none }
})

suite('crawlerStatus', () => {
  test('is valid by the contract between, during and after crawls', () => {
    for (const state of [idle, { ...idle, crawl: running, dueInMs: undefined }, { ...idle, lastCrawl: report(3, 5) }]) {
      const status = crawlerStatus(state)
      assert.deepEqual(CrawlerStatus.parse(JSON.parse(JSON.stringify(status))), status)
    }
  })

  test('reports the peers contacted so far, and when the next crawl starts', () => {
    const { crawl } = crawlerStatus({ ...idle, crawl: running })

    assert.equal(crawl?.contacted, 6)
    assert.equal(crawl.startedAt, '2026-01-01T00:00:57.500Z')
    assert.equal(crawlerStatus(idle).nextCrawlAt, '2026-01-01T00:01:30.000Z')
  })

  test('reports the last requested crawl', () => {
    const answeredRequest = { requestedAt: '2026-01-01T00:00:00.000Z', crawlId: 3 }

    assert.equal(crawlerStatus(idle).crawlNow, null)
    assert.deepEqual(CrawlerStatus.parse(crawlerStatus({ ...idle, answeredRequest })).crawlNow, answeredRequest)
  })

  test('reports how much time a crawl lost in standstills', () => {
    const { crawl } = crawlerStatus({ ...idle, crawl: { ...running, lostMs: 2_000, standstills: 1 } })
    const { lastCrawl } = crawlerStatus({ ...idle, lastCrawl: { ...report(3, 5), lostMs: 2_000, standstills: 1 } })

    assert.deepEqual([crawl?.lostMs, lastCrawl?.lostMs, lastCrawl?.disturbed], [2_000, 2_000, true])
    assert.equal(crawlerStatus({ ...idle, lastCrawl: report(3, 5) }).lastCrawl?.disturbed, false)
  })

  test('reports the coverage of the last crawl, or why it is not known', () => {
    const coverage = { share: 0.97, low: 0.94, high: 0.99, mentioned: 40, found: 39, sampled: 200, questions: 190 }

    const statusOf = (change: Partial<CrawlReport>): unknown => crawlerStatus({ ...idle, lastCrawl: { ...report(3, 5), ...change } }).lastCrawl

    assert.partialDeepStrictEqual(statusOf({ coverage, thirdQuestion: true }), { coverage, coverageGap: null, thirdQuestion: true })
    assert.partialDeepStrictEqual(statusOf({ coverageGap: 'too-few' }), { coverage: null, coverageGap: 'too-few', thirdQuestion: false })
  })

  test('reports the problem and the remedy if no peer was contacted', () => {
    const problemOf = (contacted: number, visited: number): unknown => crawlerStatus({ ...idle, lastCrawl: report(contacted, visited) }).lastCrawl?.problem
    const sentence = 'no bootstrap peer of network ipfs could be contacted (6 dns-failed).'

    assert.deepEqual(problemOf(0, 6), { code: 'PP_NO_BOOTSTRAP', message: `${sentence} ${ERRORS.PP_NO_BOOTSTRAP.action}` })
    assert.match(JSON.stringify(problemOf(0, 0)), /none of their names resolved/)
    assert.equal(problemOf(1, 6), null)
    const kad = { spoken: ['/guess/kad'], answering: 0, others: { wide: 1, counts: [{ protocol: '/lab/kad', peers: 1 }] } }
    const unserved = { ...report(1, 6), kad, totals: { ...report(1, 6).totals, dhtServers: 0 } }
    const served = { ...report(3, 6), kad: { ...kad, answering: 3 } }

    assert.partialDeepStrictEqual(crawlerStatus({ ...idle, lastCrawl: unserved }).lastCrawl, { problem: { code: 'PP_NO_DHT_SERVER' }, warning: null })
    assert.partialDeepStrictEqual(crawlerStatus({ ...idle, lastCrawl: served }).lastCrawl, { problem: null, warning: { code: 'PP_OTHER_PROTOCOLS' } })
  })
})
