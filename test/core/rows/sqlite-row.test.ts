import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { bytesAt, numberAt, numberOrNullAt, textAt, textOrNullAt } from '../../../core/rows/sqlite-row.ts'

using database = new DatabaseSync(':memory:')
const row = database.prepare('SELECT 1.5 AS n, \'ok\' AS t, x\'0102\' AS b, NULL AS gone').get()

suite('SQLite rows', () => {
  test('return a value of the expected type', () => {
    assert.deepEqual([numberAt(row, 'n'), textAt(row, 't'), [...bytesAt(row, 'b')]], [1.5, 'ok', [1, 2]])
    assert.deepEqual([numberOrNullAt(row, 'n'), textOrNullAt(row, 't'), numberOrNullAt(row, 'gone'), textOrNullAt(row, 'gone')], [1.5, 'ok', null, null])
  })

  test('are refused, with the name of the column, where the value has another type', () => {
    for (const [read, what] of [
      [() => numberAt(row, 't'), 'column t of the database contains the text "ok" where a number is expected'],
      [() => numberAt(row, 'gone'), 'column gone of the database contains NULL'],
      [() => textAt(row, 'n'), 'column n of the database contains a number where a text'],
      [() => bytesAt(row, 't'), 'where bytes are expected'],
      [() => textOrNullAt(row, 'missing'), 'column missing of the database contains nothing'],
      [() => numberAt(undefined, 'n'), 'column n of the database contains nothing']
    ] as const) {
      assert.throws(read, (err: Error & { code?: string }) => err.code === 'PP_FILE_UNUSABLE' && err.message.includes(what), what)
    }
  })
})
