import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CENSUS_BUCKETS, queryPlan } from '../../../crawler/engine/query-plan.ts'

const id = (last: number): Uint8Array => Uint8Array.from([0x12, 0x20, last])
const bucketOf = (crawlNumber: number, last: number): number => {
  const plan = queryPlan('Census', crawlNumber, id(last))

  return plan.strategy === 'Census' ? plan.bucket : -1
}

suite('queryPlan', () => {
  test('queries each bucket of each peer once in 16 crawls', () => {
    const buckets = Array.from({ length: CENSUS_BUCKETS }, (_, crawl) => bucketOf(100 + crawl, 7))

    assert.deepEqual(buckets.sort((a, b) => a - b), Array.from({ length: CENSUS_BUCKETS }, (_, i) => i))
  })

  test('queries different buckets at different peers in one crawl', () => {
    assert.equal(new Set(Array.from({ length: 256 }, (_, last) => bucketOf(3, last))).size, CENSUS_BUCKETS)
  })

  test('queries the whole table in a Topology crawl', () => {
    assert.deepEqual(queryPlan('Topology', 3, id(1)), { strategy: 'Topology' })
  })
})
