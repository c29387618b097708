import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { estimateCoverage, WIDEST_INTERVAL } from '../../../../crawler/engine/coverage/estimate-coverage.ts'
import type { CoverageCounts } from '../../../../crawler/engine/coverage/estimate-coverage.ts'

const COUNTS: CoverageCounts = { before: 1_000, since: 0, byMentions: [], askedShare: 0.08, mentioned: 900, found: 900, sampled: 200, questions: 198 }

suite('estimateCoverage', () => {
  test('is 1 where nothing points to unseen peers, with a lower bound', () => {
    const { coverage } = estimateCoverage(COUNTS)

    assert.equal(coverage?.share, 1)
    assert.equal(coverage.high, 1)
    assert.ok(coverage.low > 0.97 && coverage.low < 1)
    assert.deepEqual([coverage.mentioned, coverage.found, coverage.sampled, coverage.questions], [900, 900, 200, 198])
  })

  test('counts peers found since the sample as missed', () => {
    const { coverage } = estimateCoverage({ ...COUNTS, since: 250, askedShare: 1 })

    assert.deepEqual([coverage?.share, coverage?.low, coverage?.high], [0.8, 0.8, 0.8])
  })

  test('is lower the more peers were mentioned once', () => {
    const shareOf = (once: number): number => estimateCoverage({ ...COUNTS, byMentions: [0, once, 8] }).coverage?.share ?? NaN

    assert.ok(shareOf(5) > shareOf(15) && shareOf(15) > shareOf(25))
  })

  test(`is not estimable where the interval is wider than ${String(WIDEST_INTERVAL)}`, () => {
    assert.deepEqual(estimateCoverage({ ...COUNTS, before: 20 }), { coverageGap: 'too-few' })
    assert.deepEqual(estimateCoverage({ ...COUNTS, before: 200, byMentions: [0, 40] }), { coverageGap: 'too-few' })
  })

  test('is not estimable without an answer or without peers', () => {
    assert.deepEqual(estimateCoverage({ ...COUNTS, questions: 0 }), { coverageGap: 'no-answer' })
    assert.deepEqual(estimateCoverage({ ...COUNTS, before: 0 }), { coverageGap: 'no-answer' })
  })
})
