import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VisitChangeWriter } from '../../../../consumer/store/sqlite/visit-change-writer.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

test('a change of visits is written once a minute, with the minutes in which its visits started', () => {
  using database = migratedDatabase()
  const writer = new VisitChangeWriter(database)
  const change = { scan: 's', crawlId: 1, startedSinceMs: 60_000 }
  writer.write([change, change], 120_000)
  writer.write([change], 179_999)
  writer.write([{ ...change, startedSinceMs: 0 }], 180_000)

  assert.deepEqual(database.prepare('SELECT * FROM visit_change').all().map(row => Object.values(row)), [[2, 1, 's', 1], [3, 1, 's', 0]])
})
