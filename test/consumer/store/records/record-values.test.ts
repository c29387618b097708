import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { recordValueFrom } from '../../../../consumer/store/records/record-values.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ColumnReader } from '../../../../core/rows/column-reader.ts'

const read = new ColumnReader('PP_STORE_SCHEMA')
const required = { name: 'c', isNullable: false } as const

suite('recordValueFrom', () => {
  test('reads each type in each form', () => {
    for (const [value, type, form, expected] of [
      ['a', 'text', {}, 'a'],
      [7, 'integer', {}, 7],
      [42_500, 'number', { form: 'us' }, 42.5],
      [1, 'boolean', {}, true],
      [0, 'boolean', {}, false],
      ['2026-01-31 12:34:56.789', 'time', {}, '2026-01-31T12:34:56.789Z'],
      [1_769_862_896_789, 'time', { form: 'epoch-ms' }, '2026-01-31T12:34:56.789Z'],
      ['["a"]', 'list', {}, ['a']]
    ] as const) {
      assert.deepEqual(recordValueFrom(value, { ...required, type }, form, read), expected)
    }
    assert.equal(recordValueFrom(null, { ...required, type: 'text', isNullable: true }, {}, read), null)
  })

  test('refuses what another program wrote, with the name of the column', () => {
    for (const [value, type, form] of [[null, 'text', {}], ['1', 'integer', {}], ['{', 'list', {}], ['{"a":1}', 'list', {}], [1, 'time', {}], ['x', 'time', { form: 'epoch-ms' }]] as const) {
      assert.throws(() => recordValueFrom(value, { ...required, type }, form, read), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('column c of the database'))
    }
  })
})
