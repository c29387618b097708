import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { readMigrations } from '../../../consumer/store/migrations/migrations.ts'

/** Folder of the migrations of SQLite. */
export const SQLITE_MIGRATIONS = fileURLToPath(new URL('../../../consumer/store/migrations/sqlite', import.meta.url))

/** The schema of this version, which all databases share. */
export const SCHEMA_VERSION = readMigrations(SQLITE_MIGRATIONS).length

/** An empty database in memory with the tables of the SQLite store. */
export function migratedDatabase (): DatabaseSync {
  const database = new DatabaseSync(':memory:')

  for (const { sql } of readMigrations(SQLITE_MIGRATIONS)) {
    database.exec(sql)
  }

  return database
}
