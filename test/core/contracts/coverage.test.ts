import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Coverage, COVERAGE_GAP_NAMES, COVERAGE_GAPS } from '../../../core/contracts/coverage.ts'
import { Crawl } from '../../../core/contracts/crawl.ts'
import { crawlOf } from '../../support/consumer/messages.ts'

const coverage = { share: 0.98, low: 0.95, high: 1, mentioned: 100, found: 99, sampled: 200, questions: 190 }

suite('Coverage', () => {
  test('is a share with its bounds and its counts', () => {
    assert.deepEqual(Coverage.parse(coverage), coverage)
  })

  test('refuses shares above 1 and negative or broken counts', () => {
    for (const change of [{ share: 1.01 }, { low: -0.1 }, { high: NaN }, { mentioned: -1 }, { questions: 1.5 }, { sampled: undefined }]) {
      assert.ok(!Coverage.safeParse({ ...coverage, ...change }).success, JSON.stringify(change))
    }
  })

  test('is optional in a crawl: older crawlers send none, and every reason for a missing one is known', () => {
    assert.equal(Crawl.parse({ ...crawlOf(), coverage: undefined }).coverage, undefined)
    COVERAGE_GAP_NAMES.forEach((coverageGap) => {
      assert.equal(Crawl.parse({ ...crawlOf(), coverage: undefined, coverageGap }).coverageGap, coverageGap)
      assert.ok(COVERAGE_GAPS[coverageGap].length > 0)
    })
    assert.ok(!Crawl.safeParse({ ...crawlOf(), coverageGap: 'unknown' }).success)
  })
})
