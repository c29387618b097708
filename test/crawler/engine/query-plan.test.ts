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

  test('with a third question queries a second bucket, so that 8 crawls cover all', () => {
    const buckets = Array.from({ length: CENSUS_BUCKETS / 2 }, (_, crawl) => queryPlan('Census', crawl, id(7), true)).flatMap(plan => plan.strategy === 'Census' ? [plan.bucket, plan.secondBucket] : [])

    assert.equal(new Set(buckets).size, CENSUS_BUCKETS)
    assert.deepEqual(queryPlan('Census', 0, id(9), false), { strategy: 'Census', bucket: 9 })
    assert.deepEqual(queryPlan('Topology', 0, id(9), true), { strategy: 'Topology' })
  })

  test('queries the whole table in a Topology crawl', () => {
    assert.deepEqual(queryPlan('Topology', 3, id(1)), { strategy: 'Topology' })
  })
})
