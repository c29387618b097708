import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { countsIn, failedTestsIn, failureTextIn } from '../../../scripts/testing/spec-output.ts'
import { printed } from './printed.ts'

suite('the output of the test runner', () => {
  test('has its counts', () => {
    assert.deepEqual(countsIn(printed({ passed: 3, failed: ['one', 'two'], cancelled: 1, skipped: 2 })), { tests: 8, passed: 3, failed: 3, skipped: 2 })
  })

  test('of several runs has the sums', () => {
    assert.deepEqual(countsIn(printed({ passed: 3 }) + printed({ passed: 4, failed: ['one'] })), { tests: 8, passed: 7, failed: 1, skipped: 0 })
  })

  test('without a test run has no counts', () => {
    assert.equal(countsIn('SyntaxError: Unexpected token\n'), undefined)
    assert.equal(countsIn(''), undefined)
  })

  test('lists the failed tests with any characters in their names, each once, and nothing that a test printed', () => {
    const names = ['a (b) is 3', '«Ünïcode» ✖', 'suite']
    const output = `✖ before the list (1ms)\n${printed({ failed: names })}`

    assert.deepEqual(failedTestsIn(output), names)
    assert.deepEqual(failedTestsIn(output + printed({ failed: ['suite', 'other'] })), [...names, 'other'])
  })

  test('lists a cancelled test, which has no duration', () => {
    assert.deepEqual(failedTestsIn('✖ failing tests:\n\ntest at x.test.ts:1:1\n✖ waits for ever\n  \'cancelled\'\n'), ['waits for ever'])
  })

  test('lists none without failed tests', () => {
    assert.deepEqual(failedTestsIn(printed({ passed: 1 })), [])
  })

  test('is cut to its failures, 60 lines of each list', () => {
    const text = failureTextIn(printed({ passed: 1, failed: Array.from({ length: 100 }, (_, i) => `test ${String(i)}`) }))

    assert.match(text, /^test at file\.test\.ts:1:1\n✖ test 0 \(1\.5ms\)\n/)
    assert.equal(text.split('\n').length, 60)
  })

  test('without a list of failures is cut to its end', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${String(i)}`)

    assert.equal(failureTextIn(lines.join('\n')), lines.slice(40).join('\n'))
  })
})
