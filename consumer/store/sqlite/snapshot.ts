import { openDatabase } from '../../../core/files/sqlite.ts'
import { numberAt, numberOrNullAt, textAt, textOrNullAt } from '../../../core/rows/sqlite-row.ts'
import { storeTimeOf, fromStoreTime } from '../model/store-time.ts'
import { readRecords } from '../records/read-records.ts'
import { SQLITE_RECORDS } from './record-dialect.ts'
import { asStoreError } from './store-error.ts'
import type { SqliteRow } from '../../../core/rows/sqlite-row.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { NodePage, NodePageQuery, NodeRecord, StoreSnapshot } from '../model/node-store.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A read transaction on a separate connection: it sees the store at one moment and blocks no writer. */
export class SqliteSnapshot implements StoreSnapshot {
  readonly schemaVersion: number
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #nodes: StatementSync
  readonly #addresses: StatementSync
  readonly #networks: StatementSync

  private constructor (database: DatabaseSync, path: string) {
    this.#database = database
    this.#path = path
    this.schemaVersion = numberAt(database.prepare('SELECT ifnull(max(version), 0) AS version FROM schema_migration').get(), 'version')
    this.#nodes = database.prepare('SELECT * FROM node_info WHERE node_id > ? ORDER BY node_id LIMIT ?')
    this.#addresses = database.prepare('SELECT multiaddr, last_seen FROM address_info WHERE node_id = ? ORDER BY multiaddr')
    this.#networks = database.prepare('SELECT network, first_seen, last_seen FROM node_network WHERE node_id = ? ORDER BY network')
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

  async nodes ({ after = '', limit, changedSinceMs }: NodePageQuery): Promise<NodePage> {
    return await Promise.try(() => this.#page(after, limit, changedSinceMs === undefined ? '' : storeTimeOf(changedSinceMs)))
  }

  async records (query: RecordPageQuery): Promise<RecordPage> {
    try {
      return await readRecords(query, { ...SQLITE_RECORDS, query: sql => this.#rows(sql) })
    } catch (err) {
      throw asStoreError(err, this.#path)
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.try(() => {
      this.#database.close()
    })
  }

  async #rows (sql: string): Promise<readonly (readonly unknown[])[]> {
    return await Promise.try(() => {
      const statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)

      return statement.all().map(row => Object.values(row))
    })
  }

  #page (after: string, limit: number, changedSince: string): NodePage {
    try {
      const rows = this.#nodes.all(after, limit)
      const last = rows.length < limit ? undefined : rows.at(-1)

      return {
        nodes: rows.filter(row => textAt(row, 'changed_at') >= changedSince).map(row => this.#toRecord(row)),
        next: last === undefined ? undefined : textAt(last, 'node_id')
      }
    } catch (err) {
      throw asStoreError(err, this.#path)
    }
  }

  #toRecord (row: SqliteRow): NodeRecord {
    const nodeId = textAt(row, 'node_id')
    const time = (of: SqliteRow, column: string): string => fromStoreTime(textAt(of, column))

    return {
      nodeId,
      protocolVersion: textOrNullAt(row, 'protocol_version'),
      agentVersion: textOrNullAt(row, 'agent_version'),
      discoveryType: textAt(row, 'discovery_type'),
      latencyNs: numberOrNullAt(row, 'latency'),
      lastSeen: time(row, 'last_seen'),
      firstSeen: time(row, 'first_seen'),
      identifiedAt: row?.['identified_at'] === null ? null : time(row, 'identified_at'),
      lastTried: time(row, 'last_tried'),
      lastOutcome: textAt(row, 'last_outcome'),
      country: textOrNullAt(row, 'country'),
      asn: numberOrNullAt(row, 'asn'),
      organisation: textOrNullAt(row, 'organisation'),
      cloud: textOrNullAt(row, 'cloud'),
      placedAt: row?.['placed_at'] === null ? null : time(row, 'placed_at'),
      addresses: this.#addresses.all(nodeId).map(address => ({ multiaddr: textAt(address, 'multiaddr'), lastSeen: time(address, 'last_seen') })),
      networks: this.#networks.all(nodeId).map(met => ({ network: textAt(met, 'network'), firstSeen: time(met, 'first_seen'), lastSeen: time(met, 'last_seen') }))
    }
  }
}
