import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedCrawlsOf } from '../../../../consumer/store/sessions/changed-crawls.ts'

test('the crawls of active visits, each once and in one order', () => {
  const of = (scan: string, crawlId: number, discoveryType = 'active'): { scan: string, crawlId: number, discoveryType: string } => ({ scan, crawlId, discoveryType })

  assert.deepEqual(changedCrawlsOf([of('b', 2), of('a', 2), of('b', 2), of('z', 1), of('p', 1, 'passive')]), [
    { scan: 'z', crawlId: 1, isCrawl: false },
    { scan: 'a', crawlId: 2, isCrawl: false },
    { scan: 'b', crawlId: 2, isCrawl: false }
  ])
})
