import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MYSQL_VALUES, onlyNumber } from '../../../../../consumer/store/mysql/server/mysql-values.ts'
import { NO_RESULT } from '../../../../../consumer/store/mysql/server/query-result.ts'
import { isProbeError } from '../../../../../core/errors.ts'

suite('mysql-values', () => {
  test('onlyNumber returns the value, and 0 for NULL and for no row', () => {
    assert.deepEqual([[[7]], [[null]], []].map(rows => onlyNumber({ ...NO_RESULT, rows }, 'n')), [7, 0, 0])
    assert.equal(onlyNumber(undefined, 'n'), 0)
  })

  test('a value of another type is a fault of the tables', () => {
    for (const call of [() => onlyNumber({ ...NO_RESULT, rows: [['7']] }, 'n'), () => MYSQL_VALUES.number('7', 'n')]) {
      assert.throws(call, (err: unknown) => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.startsWith('column n of the database contains the text "7"'))
    }
  })
})
