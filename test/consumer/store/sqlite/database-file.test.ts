import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { refuseForeign, reusableBytes } from '../../../../consumer/store/sqlite/database-file.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

test('a database that has tables, but not ours, belongs to another program', () => {
  using database = new DatabaseSync(':memory:')
  refuseForeign(database, 'x')
  database.exec('CREATE TABLE theirs (a)')

  assert.throws(() => {
    refuseForeign(database, 'x.sqlite')
  }, err => isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes('x.sqlite') && err.message.includes('theirs'))
})

test('pages that a removal left free can be used again', () => {
  using database = migratedDatabase()
  database.exec('CREATE TABLE large (a); INSERT INTO large VALUES (zeroblob(100000))')
  const before = reusableBytes(database)
  database.exec('DROP TABLE large')

  assert.ok(reusableBytes(database) >= before + 90_000)
})
