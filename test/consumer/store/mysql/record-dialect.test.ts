import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MYSQL_RECORDS } from '../../../../consumer/store/mysql/record-dialect.ts'

test('MYSQL_RECORDS write the rows after a key as ranges of the key', () => {
  assert.equal(MYSQL_RECORDS.after(['a'], ['x']), '((a > \'x\'))')
  assert.equal(MYSQL_RECORDS.after(['a', 'b', 'c'], [1, 'x', 3]), '((a > 1) OR (a = 1 AND b > \'x\') OR (a = 1 AND b = \'x\' AND c > 3))')
})
