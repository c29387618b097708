import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { columnsOf } from '../../../../consumer/records/record-kinds.ts'
import { CRAWL_SOURCE } from '../../../../consumer/store/records/crawl-source.ts'
import { NODE_SOURCE } from '../../../../consumer/store/records/node-source.ts'
import { keyLiteral } from '../../../../consumer/store/records/record-dialect.ts'
import { given, listContains } from '../../../../consumer/store/records/record-source.ts'
import { SESSION_SOURCE } from '../../../../consumer/store/records/session-source.ts'
import { VISIT_SOURCE } from '../../../../consumer/store/records/visit-source.ts'
import { SQLITE_RECORDS } from '../../../../consumer/store/sqlite/record-dialect.ts'
import type { RecordDialect } from '../../../../consumer/store/records/record-dialect.ts'

const dialect: RecordDialect = { ...SQLITE_RECORDS, query: async () => await Promise.resolve([]) }

suite('sources of records', () => {
  test('have an expression or a list for every column of their kind', () => {
    for (const [kind, { columns, lists }] of [['nodes', NODE_SOURCE], ['visits', VISIT_SOURCE], ['crawls', CRAWL_SOURCE], ['sessions', SESSION_SOURCE]] as const) {
      assert.deepEqual([...Object.keys(columns), ...lists.map(({ column }) => column)].toSorted(), columnsOf(kind).map(({ name }) => name).toSorted())
    }
  })

  test('bound the visits of a span by the crawls that can contain them', () => {
    assert.deepEqual(VISIT_SOURCE.narrow({ sinceMs: 2e12, untilMs: 2e12 + 1 }, dialect), ['crawl_id >= 1998268400', 'crawl_id <= 2000003601'])
    assert.deepEqual(VISIT_SOURCE.narrow({ sinceMs: 0, untilMs: 1, crawlId: 7 }, dialect), ['crawl_id = 7'])
  })
})

suite('listContains', () => {
  test('is true for the entries of a list and for nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', ']', '\\', '\'', 'é'), maxLength: 4 })
    using database = new DatabaseSync(':memory:')

    fc.assert(fc.property(fc.array(text, { maxLength: 4 }), text.filter(wanted => wanted !== ','), (list, wanted) => {
      const row = database.prepare(`SELECT ${listContains(dialect.text(JSON.stringify(list)), wanted, dialect)} AS found`).get()
      assert.equal(row?.['found'], Number(list.includes(wanted)))
    }), { numRuns: 500 })
  })
})

suite('literals', () => {
  test('of keys are numbers or texts', () => {
    assert.deepEqual([keyLiteral(dialect, 7), keyLiteral(dialect, 'a')], ['7', '\'a\''])
  })

  test('exist only for conditions that are given', () => {
    assert.deepEqual([given(undefined, String), given(0, String)], [[], ['0']])
  })
})
