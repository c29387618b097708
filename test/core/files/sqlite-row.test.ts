import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { bytesAt, numberAt, numberOrNullAt, oneOfAt, textAt, textOrNullAt } from '../../../core/files/sqlite-row.ts'

using database = new DatabaseSync(':memory:')
const row = database.prepare('SELECT 1.5 AS n, \'ok\' AS t, x\'0102\' AS b, NULL AS gone').get()

suite('rows of SQLite', () => {
  test('give what a column is expected to hold', () => {
    assert.deepEqual([numberAt(row, 'n'), textAt(row, 't'), [...bytesAt(row, 'b')]], [1.5, 'ok', [1, 2]])
    assert.deepEqual([numberOrNullAt(row, 'n'), textOrNullAt(row, 't'), numberOrNullAt(row, 'gone'), textOrNullAt(row, 'gone')], [1.5, 'ok', null, null])
    assert.equal(oneOfAt(row, 't', ['no', 'ok']), 'ok')
  })

  test('are refused, by the name of the column, where it holds something else', () => {
    for (const [read, what] of [
      [() => numberAt(row, 't'), 'column t of the database holds the text "ok" where a number is expected'],
      [() => numberAt(row, 'gone'), 'column gone of the database holds NULL'],
      [() => textAt(row, 'n'), 'column n of the database holds number where a text'],
      [() => bytesAt(row, 't'), 'where bytes is expected'],
      [() => textOrNullAt(row, 'missing'), 'column missing of the database holds nothing'],
      [() => numberAt(undefined, 'n'), 'column n of the database holds nothing'],
      [() => oneOfAt(row, 't', ['yes', 'no']), 'where one of yes, no is expected']
    ] as const) {
      assert.throws(read, (err: Error & { code?: string }) => err.code === 'PP_FILE_UNUSABLE' && err.message.includes(what), what)
    }
  })
})
