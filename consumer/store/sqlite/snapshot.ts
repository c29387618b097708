import { openDatabase } from '../../../core/files/sqlite.ts'
import { numberAt } from '../../../core/rows/sqlite-row.ts'
import { readRecords } from '../records/read-records.ts'
import { readVisitChanges } from '../records/read-visit-changes.ts'
import { readSessionsGeneration } from '../sessions/sessions-generation.ts'
import { SQLITE_RECORDS } from './record-dialect.ts'
import { asStoreError } from './store-error.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { StoreSnapshot } from '../model/node-store.ts'
import type { VisitChange, VisitChangeQuery } from '../model/visit-changes.ts'
import type { RecordDialect } from '../records/record-dialect.ts'
import type { DatabaseSync } from 'node:sqlite'

/** A read transaction on a separate connection: it sees the store at one moment and blocks no writer. */
export class SqliteSnapshot implements StoreSnapshot {
  readonly schemaVersion: number
  readonly #database: DatabaseSync
  readonly #path: string

  private constructor (database: DatabaseSync, path: string) {
    this.#database = database
    this.#path = path
    this.schemaVersion = numberAt(database.prepare('SELECT ifnull(max(version), 0) AS version FROM schema_migration').get(), 'version')
  }

  /** @throws ProbeError `PP_STORE_UNAVAILABLE`, `PP_STORE_SCHEMA` */
  static open (path: string, busyTimeoutMs: number): SqliteSnapshot {
    let database: DatabaseSync | undefined

    try {
      database = openDatabase(path, { busyTimeoutMs, readOnly: true })
      // A deferred transaction begins with its first read.
      database.exec('BEGIN; SELECT 1 FROM node_info LIMIT 1')

      return new SqliteSnapshot(database, path)
    } catch (err) {
      database?.close()
      throw asStoreError(err, path)
    }
  }

  async sessionsGeneration (): Promise<number | undefined> {
    return await this.#read(readSessionsGeneration)
  }

  async visitChanges (query: VisitChangeQuery): Promise<VisitChange[]> {
    return await this.#read(async dialect => await readVisitChanges(dialect, query))
  }

  async records (query: RecordPageQuery): Promise<RecordPage> {
    return await this.#read(async dialect => await readRecords(query, dialect))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.try(() => {
      this.#database.close()
    })
  }

  async #read<T> (work: (dialect: RecordDialect) => Promise<T>): Promise<T> {
    try {
      return await work({ ...SQLITE_RECORDS, query: async sql => await this.#rows(sql) })
    } catch (err) {
      throw asStoreError(err, this.#path)
    }
  }

  async #rows (sql: string): Promise<readonly (readonly unknown[])[]> {
    return await Promise.try(() => {
      const statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)

      return statement.all().map(row => Object.values(row))
    })
  }
}
