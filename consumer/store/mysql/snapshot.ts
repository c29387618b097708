import { readRecords } from '../records/read-records.ts'
import { readVisitChanges } from '../records/read-visit-changes.ts'
import { readSessionsGeneration } from '../sessions/sessions-generation.ts'
import { MYSQL_RECORDS } from './record-dialect.ts'
import { onlyNumber } from './server/mysql-values.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { StoreSnapshot } from '../model/node-store.ts'
import type { VisitChange, VisitChangeQuery } from '../model/visit-changes.ts'
import type { RecordDialect } from '../records/record-dialect.ts'
import type { ConnectionPool } from './server/connection-pool.ts'
import type { MysqlConnection } from './server/connection.ts'

/** A read transaction on a separate connection: it sees the store at one moment and blocks no writer. */
export class MysqlSnapshot implements StoreSnapshot {
  readonly schemaVersion: number
  readonly #pool: ConnectionPool
  readonly #connection: MysqlConnection
  readonly #dialect: RecordDialect

  private constructor (pool: ConnectionPool, connection: MysqlConnection, schemaVersion: number) {
    this.#pool = pool
    this.#connection = connection
    this.#dialect = { ...MYSQL_RECORDS, query: async sql => (await connection.query(sql)).rows }
    this.schemaVersion = schemaVersion
  }

  /** @throws ProbeError `PP_STORE_UNAVAILABLE`, `PP_STORE_SCHEMA` */
  static async open (pool: ConnectionPool): Promise<MysqlSnapshot> {
    const connection = await pool.lend()

    try {
      const [, , version] = await connection.run([
        'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
        'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
        'SELECT MAX(version) FROM schema_migration'
      ])

      return new MysqlSnapshot(pool, connection, onlyNumber(version, 'version'))
    } catch (err) {
      // Only the server knows whether the transaction is open.
      connection.destroy()
      await pool.takeBack(connection)
      throw err
    }
  }

  async sessionsGeneration (): Promise<number | undefined> {
    return await readSessionsGeneration(this.#dialect)
  }

  async visitChanges (query: VisitChangeQuery): Promise<VisitChange[]> {
    return await readVisitChanges(this.#dialect, query)
  }

  async records (query: RecordPageQuery): Promise<RecordPage> {
    return await readRecords(query, this.#dialect)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    try {
      await this.#connection.query('COMMIT')
    } catch {
      // Nothing was written, so the failure is harmless, but the connection is not used again.
      this.#connection.destroy()
    } finally {
      await this.#pool.takeBack(this.#connection)
    }
  }
}
