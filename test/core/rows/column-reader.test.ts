import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { ColumnReader } from '../../../core/rows/column-reader.ts'

const read = new ColumnReader('PP_STORE_SCHEMA')

suite('ColumnReader', () => {
  test('returns values of the expected type', () => {
    assert.deepEqual([read.text('a', 'c'), read.number(1.5, 'c'), read.textOrNumber('a', 'c'), read.textOrNumber(2, 'c')], ['a', 1.5, 'a', 2])
    assert.deepEqual([read.textOrNull('a', 'c'), read.textOrNull(null, 'c'), read.numberOrNull(0, 'c'), read.numberOrNull(null, 'c')], ['a', null, 0, null])
    assert.deepEqual([...read.bytes(Uint8Array.of(1, 2), 'c')], [1, 2])
    assert.equal(read.oneOf('ok', 'c', ['no', 'ok']), 'ok')
    assert.deepEqual([read.list([1], 'c'), read.code], [[1], 'PP_STORE_SCHEMA'])
  })

  test('refuses every other value with its own code and the name of the column', () => {
    for (const [call, problem] of [
      [() => read.text(1, 'c'), 'contains a number where a text is expected'],
      [() => read.text(null, 'c'), 'contains NULL where a text is expected'],
      [() => read.number('1', 'c'), 'contains the text "1" where a number is expected'],
      [() => read.number(1n, 'c'), 'contains a bigint where a number is expected'],
      [() => read.textOrNull(undefined, 'c'), 'contains nothing where a text is expected'],
      [() => read.numberOrNull('', 'c'), 'contains the text "" where a number is expected'],
      [() => read.textOrNumber(null, 'c'), 'contains NULL where a text is expected'],
      [() => read.bytes('x'.repeat(100), 'c'), `contains the text "${'x'.repeat(40)}" where bytes are expected`],
      [() => read.list('[]', 'c'), 'contains the text "[]" where a list is expected'],
      [() => read.oneOf('maybe', 'c', ['no', 'ok']), 'contains the text "maybe" where one of no, ok is expected']
    ] as const) {
      assert.throws(call, (err: unknown) => isProbeError(err, 'PP_STORE_SCHEMA') && err.message === `column c of the database ${problem}: another program changed it`, problem)
    }
  })
})
