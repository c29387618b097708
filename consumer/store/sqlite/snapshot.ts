import { openDatabase } from '../../../core/files/sqlite.ts'
import { storeTimeOf, fromStoreTime } from '../model/store-time.ts'
import { asStoreError } from './store-error.ts'
import type { NodePage, NodePageQuery, NodeRecord, StoreSnapshot } from '../model/node-store.ts'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'

/** A read transaction on a connection of its own: it sees one moment and holds nobody up. */
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
    this.schemaVersion = database.prepare('SELECT max(version) AS version FROM schema_migration').get()?.['version'] as number
    this.#nodes = database.prepare('SELECT * FROM node_info WHERE node_id > ? ORDER BY node_id LIMIT ?')
    this.#addresses = database.prepare('SELECT multiaddr, last_seen FROM address_info WHERE node_id = ? ORDER BY multiaddr')
    this.#networks = database.prepare('SELECT network, first_seen, last_seen FROM node_network WHERE node_id = ? ORDER BY network')
  }

  /** @throws ProbeError `PP_STORE_UNAVAILABLE`, `PP_STORE_SCHEMA` */
  static open (path: string, busyTimeoutMs: number): SqliteSnapshot {
    let database: DatabaseSync | undefined

    try {
      database = openDatabase(path, { busyTimeoutMs, readOnly: true })
      // The moment is that of the first read, which this is.
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

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.try(() => {
      this.#database.close()
    })
  }

  #page (after: string, limit: number, changedSince: string): NodePage {
    try {
      const rows = this.#nodes.all(after, limit)

      return {
        nodes: rows.filter(row => (row['changed_at'] as string) >= changedSince).map(row => this.#toRecord(row)),
        next: rows.length < limit ? undefined : rows.at(-1)?.['node_id'] as string | undefined
      }
    } catch (err) {
      throw asStoreError(err, this.#path)
    }
  }

  #toRecord (row: Record<string, SQLOutputValue>): NodeRecord {
    const nodeId = row['node_id'] as string
    const time = (value: SQLOutputValue | undefined): string => fromStoreTime(value as string)

    return {
      nodeId,
      protocolVersion: row['protocol_version'] as string | null,
      agentVersion: row['agent_version'] as string | null,
      discoveryType: row['discovery_type'] as string,
      latencyNs: row['latency'] as number | null,
      lastSeen: time(row['last_seen']),
      firstSeen: time(row['first_seen']),
      identifiedAt: row['identified_at'] === null ? null : time(row['identified_at']),
      lastTried: time(row['last_tried']),
      lastOutcome: row['last_outcome'] as string,
      addresses: this.#addresses.all(nodeId).map(address => ({ multiaddr: address['multiaddr'] as string, lastSeen: time(address['last_seen']) })),
      networks: this.#networks.all(nodeId).map(met => ({ network: met['network'] as string, firstSeen: time(met['first_seen']), lastSeen: time(met['last_seen']) }))
    }
  }
}
