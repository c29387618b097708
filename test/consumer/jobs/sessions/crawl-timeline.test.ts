import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlTimeline, groupOf } from '../../../../consumer/jobs/sessions/crawl-timeline.ts'
import type { SessionCrawl } from '../../../../consumer/store/model/session.ts'

const MAIN = { scan: 'a/b/main', network: 'ipfs', vantage: '' }
const OTHER = { ...MAIN, scan: 'a/b/other' }
const crawls = (starts: readonly number[], of: Partial<SessionCrawl> = {}): SessionCrawl[] =>
  starts.map(crawlId => ({ ...MAIN, crawlId, isConclusive: true, ...of }))
const every = (interval: number, count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i * interval)
const downOf = (...list: SessionCrawl[][]): [number, number][] =>
  new CrawlTimeline(list.flat()).downtimes(groupOf(MAIN)).map(({ fromMs, toMs }) => [fromMs / 1_000, toMs / 1_000])

suite('timeline of crawls', () => {
  test('estimates the interval as the median of the starts before a crawl', () => {
    const timeline = new CrawlTimeline(crawls([...every(600, 10), 30_000, ...every(600, 10, 30_600)]))

    assert.equal(timeline.intervalMs(MAIN, 0), 600_000)
    assert.equal(timeline.intervalMs(MAIN, 30_000), 600_000)
    assert.equal(timeline.intervalMs(MAIN, 36_000), 600_000)
    assert.equal(timeline.intervalMs(OTHER, 600), undefined)
    assert.equal(new CrawlTimeline(crawls([5])).intervalMs(MAIN, 5), undefined)
  })

  test('says that we were down after more than two intervals without a conclusive crawl', () => {
    assert.deepEqual(downOf(crawls([...every(600, 8), 4_200 + 1_210])), [])
    assert.deepEqual(downOf(crawls([...every(600, 8), 4_200 + 1_800])), [[4_200, 6_000]])
    assert.deepEqual(downOf(crawls([0, 20_000, ...every(600, 8, 20_600)])), [[0, 20_000]])
  })

  test('does not count crawls that were lost, aborted or disturbed', () => {
    const lost = crawls(every(600, 3, 4_800), { isConclusive: false })

    assert.deepEqual(downOf(crawls(every(600, 8)), lost, crawls([6_600])), [[4_200, 6_600]])
    assert.equal(new CrawlTimeline(lost).isConclusive(MAIN, 4_800), false)
  })

  test('follows a new interval after four crawls', () => {
    assert.deepEqual(downOf(crawls([...every(600, 10), ...every(3_600, 10, 9_000)])), [[5_400, 9_000], [9_000, 12_600], [12_600, 16_200], [16_200, 19_800]])
  })

  test('of two scans of one network and vantage, either ends a downtime', () => {
    assert.deepEqual(downOf(crawls([...every(600, 8), 30_000, 30_600]), crawls(every(600, 80, 60), OTHER)), [])
    // Starts of different scans lie close together: that is not their interval.
    assert.deepEqual(downOf(crawls(every(600, 20)), crawls(every(600, 20, 10), OTHER)), [])
  })

  test('an estimate does not change with later crawls, once a scan has six', () => {
    const all = [...every(600, 9), 12_000, 12_600, 15_000, ...every(3_600, 6, 20_000)]
    const whole = new CrawlTimeline(crawls(all))

    for (const [i, start] of all.entries()) {
      if (i >= 6) {
        const early = new CrawlTimeline(crawls(all.slice(0, i + 1)))
        assert.equal(early.intervalMs(MAIN, start), whole.intervalMs(MAIN, start))
        assert.deepEqual(early.downtimes(groupOf(MAIN)), whole.downtimes(groupOf(MAIN)).filter(({ toMs }) => toMs <= start * 1_000))
      }
    }
  })
})
