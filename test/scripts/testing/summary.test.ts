import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isGreen, summaryOf } from '../../../scripts/testing/summary.ts'
import type { Verdict } from '../../../scripts/testing/summary.ts'

const verdict = (more: Partial<Verdict>): Verdict => ({ name: 'unit', command: 'npm run test:unit', ok: true, passed: 10, failed: 0, skipped: 0, log: '/logs/unit.log', ms: 1, text: 'its text', ...more })
const flaky = verdict({ name: 'system', flaky: [{ file: 'test/system/a.test.ts', tests: ['one', 'two'], text: 'the first failure' }, { file: 'test/system/b.test.ts', tests: [], text: 'it ended' }] })

suite('the summary', () => {
  test('has two lines if everything passed', () => {
    assert.deepEqual(summaryOf([verdict({}), verdict({ name: 'lint', passed: 1 })], false), ['\nok unit, ok lint', '11 passed, 0 failed'])
  })

  test('lists failures with their output and log', () => {
    const lines = summaryOf([verdict({}), verdict({ name: 'system', ok: false, failed: 2 })], false)

    assert.deepEqual(lines, ['\n--- system failed; from /logs/unit.log:', 'its text', '\nok unit, FAILED system', '20 passed, 2 failed'])
  })

  test('lists each flaky test, prints its first failure, and counts the files in its last line', () => {
    const lines = summaryOf([flaky], false)

    assert.deepEqual(lines.filter(line => line.startsWith('FLAKY')), [
      'FLAKY: passed alone: test/system/a.test.ts: one',
      'FLAKY: passed alone: test/system/a.test.ts: two',
      'FLAKY: passed alone: test/system/b.test.ts: the file itself'
    ])
    assert.ok(lines.includes('the first failure') && lines.includes('it ended'))
    assert.equal(lines.at(-1), '10 passed, 0 failed, 2 FLAKY')
  })

  test('is green with flaky tests, but not with failed ones, or with skipped ones if all are required', () => {
    assert.equal(isGreen([flaky], true), true)
    assert.equal(isGreen([verdict({}), verdict({ ok: false })], false), false)
    assert.equal(isGreen([verdict({ skipped: 1 })], false), true)
    assert.equal(isGreen([verdict({ skipped: 1 })], true), false)
  })
})
