import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { nonEmpty, wholeNumber } from '../../../core/text/option-text.ts'

suite('options', () => {
  test('must hold a text where one is asked for', () => {
    assert.equal(nonEmpty('data'), 'data')
    assert.throws(() => nonEmpty(''), InvalidArgumentError)
    assert.throws(() => nonEmpty('  '), InvalidArgumentError)
  })

  test('are whole numbers of a range, and nothing is not zero', () => {
    const parse = wholeNumber(0, 10)

    assert.deepEqual(['0', '7', '10'].map(parse), [0, 7, 10])
    for (const text of ['', ' ', '11', '-1', '1.5', '1e1', '0x1', 'ten']) {
      assert.throws(() => parse(text), InvalidArgumentError, text)
    }
  })
})
