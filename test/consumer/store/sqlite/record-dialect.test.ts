import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { SQLITE_RECORDS } from '../../../../consumer/store/sqlite/record-dialect.ts'

function valueOf (expression: string): unknown {
  using database = new DatabaseSync(':memory:')

  return database.prepare(`SELECT ${expression} AS value`).get()?.['value']
}

suite('SQLITE_RECORDS', () => {
  test('writes any text so that SQLite reads the same', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(valueOf(SQLITE_RECORDS.text(text)), text)
    }))
    for (const text of ['', '\'', '\' OR 1=1 --', '\\', '\0', 'a\nb', '😀']) {
      assert.equal(valueOf(`length(CAST(${SQLITE_RECORDS.text(text)} AS BLOB))`), Buffer.byteLength(text))
    }
  })

  test('reads times to the millisecond', () => {
    for (const ms of [0, 1, 999, 1_769_862_896_789, 1_769_862_896_001]) {
      assert.equal(valueOf(SQLITE_RECORDS.epochMs(`'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`)), ms)
    }
  })

  test('compares keys column by column', () => {
    assert.equal(SQLITE_RECORDS.after(['a', 'b'], [1, 'x']), '(a, b) > (1, \'x\')')
  })
})
