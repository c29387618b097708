import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** An empty database in memory with the tables of the SQLite store. */
export function migratedDatabase (): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  database.exec(readFileSync(new URL('../../../consumer/store/migrations/sqlite/0001-initial.sql', import.meta.url), 'utf8'))

  return database
}
