import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_COLUMNS } from '../../../consumer/records/crawl-columns.ts'
import { NODE_COLUMNS } from '../../../consumer/records/node-columns.ts'
import { column, optionalColumn } from '../../../consumer/records/record-column.ts'
import { columnsOf, RECORD_KIND_NAMES, RECORD_KINDS } from '../../../consumer/records/record-kinds.ts'
import { SESSION_COLUMNS } from '../../../consumer/records/session-columns.ts'
import { VISIT_COLUMNS } from '../../../consumer/records/visit-columns.ts'
import { migratedDatabase } from '../../support/consumer/migrated-database.ts'

// Columns that say how a row came about, not what it says.
const INTERNAL = ['changed_at', 'digest']

function namesIn (table: string): string[] {
  using database = migratedDatabase()

  return database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all().map(({ name }) => String(name)).filter(name => !INTERNAL.includes(name))
}

suite('RECORD_KINDS', () => {
  test('have every column of their table or view: a new column of a migration is a new column here', () => {
    assert.deepEqual(NODE_COLUMNS.map(({ name }) => name).slice(0, -2), namesIn('node_info'))
    assert.deepEqual(VISIT_COLUMNS.map(({ name }) => name), namesIn('visit_detail'))
    assert.deepEqual(SESSION_COLUMNS.map(({ name }) => name), namesIn('session_detail'))
    assert.deepEqual(CRAWL_COLUMNS.map(({ name }) => name).toSorted(), namesIn('crawl').toSorted())
  })

  test('have columns with names of their own, units of numbers alone, and a sentence each', () => {
    for (const kind of RECORD_KIND_NAMES) {
      const columns = columnsOf(kind)
      assert.equal(new Set(columns.map(({ name }) => name)).size, columns.length)

      for (const { name, type, unit, meaning } of columns) {
        assert.ok(unit === undefined || type === 'integer' || type === 'number', name)
        assert.match(meaning, /^[A-Z\d`].*\.$/, name)
      }
    }
  })

  test('have a key and a time that are columns', () => {
    for (const kind of RECORD_KIND_NAMES) {
      const { key, time } = RECORD_KINDS[kind]
      assert.deepEqual([...key, time].filter(name => !columnsOf(kind).some(column => column.name === name)), [])
      assert.equal(columnsOf(kind).find(({ name }) => name === time)?.type, 'time')
    }
  })
})

suite('column', () => {
  test('is required unless it is optional', () => {
    assert.deepEqual(column('a', 'text', 'A.'), { name: 'a', type: 'text', isNullable: false, meaning: 'A.' })
    assert.deepEqual(optionalColumn('a', 'number', 'A.', { unit: 'ms' }), { name: 'a', type: 'number', isNullable: true, unit: 'ms', meaning: 'A.' })
  })
})
