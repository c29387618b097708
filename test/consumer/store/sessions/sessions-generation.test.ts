import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSessionsGeneration } from '../../../../consumer/store/sessions/sessions-generation.ts'
import { SQLITE_RECORDS } from '../../../../consumer/store/sqlite/record-dialect.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

test('the number of the last derivation is known unless one has begun and not ended', async () => {
  using database = migratedDatabase()
  const generation = async (): Promise<number | undefined> => await readSessionsGeneration({
    ...SQLITE_RECORDS,
    query: async sql => await Promise.resolve(database.prepare(sql).all().map(row => Object.values(row)))
  })
  assert.equal(await generation(), 0)
  database.exec('INSERT INTO session_change (generation, scan, crawl_id, is_crawl) SELECT generation, \'s\', 1, 0 FROM session_state')
  assert.equal(await generation(), 0)
  database.exec('UPDATE session_state SET generation = generation + 1')
  assert.equal(await generation(), undefined)
  database.exec('DELETE FROM session_change WHERE generation < 1')

  assert.equal(await generation(), 1)
})
