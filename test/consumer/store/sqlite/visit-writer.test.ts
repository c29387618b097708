import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TextFitter } from '../../../../consumer/store/model/safe-text.ts'
import { visitRowOf } from '../../../../consumer/store/model/visit-row.ts'
import { VisitWriter } from '../../../../consumer/store/sqlite/visit-writer.ts'
import { visitOf } from '../../../support/consumer/messages.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

suite('VisitWriter', () => {
  test('lets the greater of two messages of one visit stand, by time first and outcome next, whichever came first', () => {
    const rows = [
      visitOf({ startedAt: '2026-01-01T00:00:01.000Z', outcome: 'timeout' }),
      visitOf({ startedAt: '2026-01-01T00:00:02.000Z', outcome: 'connected' }),
      visitOf({ startedAt: '2026-01-01T00:00:02.000Z', outcome: 'refused' })
    ].map(visit => visitRowOf(visit, new TextFitter()))

    for (const order of [rows, rows.toReversed()]) {
      using database = migratedDatabase()
      const writer = new VisitWriter(database)
      for (const row of order) {
        writer.write([row])
      }
      assert.deepEqual(database.prepare('SELECT started_at, outcome FROM visit_detail').all(), [{ __proto__: null, started_at: '2026-01-01 00:00:02.000', outcome: 'refused' }])
    }
  })

  test('keeps a narrow row: texts are stored once', () => {
    using database = migratedDatabase()
    const writer = new VisitWriter(database)
    const rows = Array.from({ length: 50 }, (_, i) => visitRowOf(visitOf({ crawlId: 1_767_225_600 + i }), new TextFitter()))

    assert.equal(writer.write(rows), 50)
    for (const table of ['peer', 'agent', 'address', 'address_set', 'protocol_set', 'connection', 'scan']) {
      assert.equal(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'], 1, table)
    }
  })
})
