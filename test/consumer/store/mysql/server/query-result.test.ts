import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isUncommitted, NO_RESULT, queryResultOf } from '../../../../../consumer/store/mysql/server/query-result.ts'

const UPSERT = 'INSERT INTO t VALUES (1)'

suite('queryResultOf', () => {
  test('returns the rows of a query', () => {
    assert.deepEqual(queryResultOf([], 'SELECT 1'), NO_RESULT)
    assert.deepEqual(queryResultOf([[1, 'a']], 'SELECT 1'), { ...NO_RESULT, rows: [[1, 'a']] })
  })

  test('refuses what is neither rows nor a header', () => {
    for (const result of [undefined, null, 7, [7], {}]) {
      assert.throws(() => queryResultOf(result, 'SELECT 1'), TypeError)
      assert.equal(isUncommitted(result), false)
    }
  })

  test('reads from the header that a statement is not committed', () => {
    const header = (serverStatus: number): object => ({ affectedRows: 1, info: '', serverStatus })

    assert.deepEqual([2, 2 | 8, 0, 1, 3].map(status => isUncommitted(header(status))), [false, false, true, true, true])
    assert.equal(isUncommitted([[1]]), false)
  })

  test('counts the rows that an update found, changed or not', () => {
    assert.equal(queryResultOf({ affectedRows: 2, info: 'Rows matched: 5  Changed: 2  Warnings: 0' }, 'UPDATE t SET a = 1').matched, 5)
    assert.equal(queryResultOf({ affectedRows: 2, info: '' }, 'DELETE FROM t').matched, 0)
    assert.deepEqual(queryResultOf({ affectedRows: 0 }, 'SET a = 1'), NO_RESULT)
    assert.deepEqual(queryResultOf([{ affectedRows: 1, info: '' }, { affectedRows: 0 }], 'CREATE TABLE a (b INT); CREATE TABLE c (d INT)'), NO_RESULT)
  })

  for (const [what, statement, affectedRows, info, written, inserted] of [
    ['an insert of one row', UPSERT, 1, '', 1, 1],
    ['a change of one row', UPSERT, 2, '', 1, 0],
    ['one row that was so already', UPSERT, 0, '', 0, 0],
    ['three new, one changed, one left', UPSERT, 5, 'Records: 5  Duplicates: 1  Warnings: 0', 4, 3],
    ['two left', UPSERT, 0, 'Records: 2  Duplicates: 0  Warnings: 0', 0, 0],
    ['two removed', 'DELETE FROM t', 2, '', 2, 0],
    ['two updated', 'UPDATE t SET a = 1', 2, 'Rows matched: 5  Changed: 2  Warnings: 0', 2, 0]
  ] as const) {
    test(`counts what was written: ${what}`, () => {
      const result = queryResultOf({ affectedRows, info }, statement)

      assert.deepEqual([result.written, result.inserted], [written, inserted])
    })
  }
})
