import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changedSinceMs, progressOf } from '../../../../consumer/jobs/sessions/changed-since.ts'
import { CrawlTimeline } from '../../../../consumer/jobs/sessions/crawl-timeline.ts'
import type { ChangedCrawl, SessionBasis } from '../../../../consumer/store/model/session-store.ts'
import type { SessionCrawl } from '../../../../consumer/store/model/session.ts'

const SCAN = { scan: 'a/b/main', network: 'ipfs', vantage: '' }
const OTHER = { ...SCAN, scan: 'a/b/other' }
const crawls = (numbers: readonly number[], scan = SCAN): SessionCrawl[] => numbers.map(n => ({ ...scan, crawlId: n * 600, isConclusive: true }))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

/** When everybody must be derived again, in crawls, after `known` crawls were derived and `arrived` ones came. */
function since (known: readonly SessionCrawl[], arrived: readonly SessionCrawl[], of: Partial<SessionBasis> = {}): number | undefined {
  const all = [...known, ...arrived]
  const changes = arrived.map(({ scan, crawlId }): ChangedCrawl => ({ scan, crawlId, isCrawl: true }))
  const basis = { generation: 2, rules: 1, edgeCrawlId: 0, changes, scans: [], crawls: all, progress: progressOf(known), ...of }
  const ms = changedSinceMs(basis, 1, new CrawlTimeline(all))

  return ms === undefined ? undefined : ms / 600_000
}

suite('what a derivation looks at again', () => {
  test('new crawls at the end change only the peers that they visited', () => {
    assert.equal(since(crawls(upTo(20)), crawls([20, 21])), undefined)
    assert.equal(since(crawls(upTo(20)), crawls([40])), undefined)
    assert.equal(since(crawls(upTo(20)), [], { changes: [{ ...SCAN, crawlId: 600, isCrawl: false }] }), undefined)
  })

  test('a late crawl changes everybody from its time on', () => {
    assert.equal(since(crawls(upTo(20).filter(n => n !== 12)), crawls([12])), 12)
  })

  test('a late crawl of another scan that fills a downtime changes everybody from its beginning', () => {
    const main = crawls(upTo(40).filter(n => n < 20 || n > 24))

    assert.equal(since([...main, ...crawls(upTo(15), OTHER)], crawls([22], OTHER)), 19)
  })

  test('the first crawls of a scan share an estimate: everything again', () => {
    assert.equal(since(crawls(upTo(4)), crawls([4])), 0)
    assert.equal(since(crawls(upTo(20)), crawls([20], OTHER), { edgeCrawlId: 1_200 }), 2)
  })

  test('other rules and too many changes: everything again', () => {
    assert.equal(since(crawls(upTo(20)), [], { rules: 0 }), 0)
    assert.equal(since(crawls(upTo(20)), [], { changes: undefined }), 0)
  })

  test('crawls that are not conclusive change nothing', () => {
    const aborted = crawls([12]).map(crawl => ({ ...crawl, isConclusive: false }))

    assert.equal(since(crawls(upTo(20).filter(n => n !== 12)), aborted), undefined)
    assert.deepEqual(progressOf([...crawls([3, 5, 4]), ...aborted]), [{ scan: SCAN.scan, newestCrawlId: 3_000, crawls: 3 }])
  })
})
