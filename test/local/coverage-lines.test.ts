import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { COVERAGE_GAP_NAMES, COVERAGE_GAPS } from '../../core/contracts/coverage.ts'
import { coverageLines } from '../../local/summary.ts'
import { crawlOf } from '../support/consumer/messages.ts'

const coverage = { share: 0.98765, low: 0.9541, high: 0.99999, mentioned: 1_900, found: 1_890, sampled: 200, questions: 198 }

suite('coverageLines', () => {
  test('show the share with its interval, never rounded up to 100 %', () => {
    assert.deepEqual(coverageLines(crawlOf({ coverage, thirdQuestion: false })), [
      'Coverage     98.7 % of the network (95 % interval: 95.4 % to 99.9 %, by 200 more questions)',
      ''
    ])
    assert.match(coverageLines(crawlOf({ coverage: { ...coverage, share: 1, high: 1 }, thirdQuestion: false })).join('\n'), /Coverage {5}100 % of the network/)
  })

  test('say that a third question was asked, and why', () => {
    assert.match(coverageLines(crawlOf({ coverage, thirdQuestion: true }))[1] ?? '', /third question, since an earlier crawl found less than 99 %/)
  })

  test('give a reason instead of a number, and nothing for a crawl that does not ask for it', () => {
    for (const gap of COVERAGE_GAP_NAMES) {
      const [line] = coverageLines(crawlOf({ coverage: undefined, coverageGap: gap, thirdQuestion: false }))

      assert.equal(line, gap === 'not-asked' ? undefined : `Coverage     not estimable: ${COVERAGE_GAPS[gap]}`)
    }
    assert.deepEqual(coverageLines(crawlOf({ coverage: undefined, thirdQuestion: undefined })), [])
  })
})
