import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { filesToRunAgain, judgeFiles, MOST_RUN_AGAIN } from '../../../scripts/testing/run-again.ts'
import { printed } from './printed.ts'
import type { FileRun } from '../../../scripts/testing/run-again.ts'

const good = (file: string, passed = 2): FileRun => ({ file, code: 0, output: printed({ passed }) })
const bad = (file: string, ...failed: string[]): FileRun => ({ file, code: 1, output: printed({ passed: 1, failed }) })

suite('files that are run again', () => {
  test('are those with a failed test, in their order', () => {
    assert.deepEqual(filesToRunAgain([bad('b', 'x'), good('c'), bad('a', 'y', 'z')]), ['b', 'a'])
    assert.deepEqual(filesToRunAgain([good('a')]), [])
    assert.deepEqual(filesToRunAgain([]), [])
  })

  test('include those that ended early: by a signal, by an error outside the tests, or before any test', () => {
    assert.deepEqual(filesToRunAgain([
      { file: 'killed', code: undefined, output: '' },
      { file: 'ended', code: 1, output: printed({ passed: 3 }) },
      { file: 'empty', code: 0, output: printed({}) },
      { file: 'silent', code: 0, output: '' }
    ]), ['killed', 'ended', 'empty', 'silent'])
  })

  test('exclude those that skipped all tests', () => {
    assert.deepEqual(filesToRunAgain([{ file: 'a', code: 0, output: printed({ skipped: 2 }) }]), [])
  })

  test('are none if too many failed for chance', () => {
    const runs = Array.from({ length: MOST_RUN_AGAIN + 1 }, (_, i) => bad(`file ${String(i)}`, 'x'))

    assert.equal(filesToRunAgain(runs.slice(1)).length, MOST_RUN_AGAIN)
    assert.deepEqual(filesToRunAgain(runs), [])
  })
})

suite('the verdict of files', () => {
  test('that all passed is good, and counts their tests', () => {
    assert.deepEqual(judgeFiles([good('a'), good('b', 3)], []), { ok: true, passed: 5, failed: 0, skipped: 0, flaky: [], broken: [] })
  })

  test('of which one passed alone is good, with the first run listed and the tests counted once', () => {
    const { ok, passed, failed, flaky, broken } = judgeFiles([good('a'), bad('b', 'x', 'y')], [good('b', 3)])

    assert.deepEqual({ ok, passed, failed, broken }, { ok: true, passed: 5, failed: 0, broken: [] })
    assert.deepEqual(flaky.map(({ file, tests }) => ({ file, tests })), [{ file: 'b', tests: ['x', 'y'] }])
    assert.match(flaky[0]!.text, /AssertionError: of x/)
  })

  test('of which one failed again is bad, with the output of the second run', () => {
    const { ok, failed, flaky, broken } = judgeFiles([good('a'), bad('b', 'x')], [bad('b', 'other')])

    assert.deepEqual({ ok, failed, flaky }, { ok: false, failed: 1, flaky: [] })
    assert.deepEqual(broken.map(({ file }) => file), ['b'])
    assert.match(broken[0]!.text, /AssertionError: of other/)
  })

  test('that failed and were not run again is bad', () => {
    const { ok, failed, broken } = judgeFiles([bad('a', 'x', 'y'), bad('b', 'z')], [])

    assert.deepEqual({ ok, failed, files: broken.map(({ file }) => file) }, { ok: false, failed: 3, files: ['a', 'b'] })
  })

  test('of which one ended without a failed test counts one failure', () => {
    const { ok, failed } = judgeFiles([{ file: 'a', code: undefined, output: '' }], [])

    assert.deepEqual({ ok, failed }, { ok: false, failed: 1 })
  })

  test('of which none ran is bad', () => {
    assert.equal(judgeFiles([], []).ok, false)
  })

  test('ignores a second run of a file of another part', () => {
    assert.deepEqual(judgeFiles([good('a')], [bad('b', 'x')]), { ok: true, passed: 2, failed: 0, skipped: 0, flaky: [], broken: [] })
  })
})
