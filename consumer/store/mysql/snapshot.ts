import { NODE_COLUMNS } from '../model/node-row.ts'
import { fromStoreTime, storeTimeOf } from '../model/store-time.ts'
import { listText, quote } from './server/sql-text.ts'
import type { NodePage, NodePageQuery, NodeRecord, StoreSnapshot } from '../model/node-store.ts'
import type { ConnectionPool } from './server/connection-pool.ts'
import type { MysqlConnection } from './server/connection.ts'
import type { QueryResult, SqlValue } from './server/query-result.ts'

/** A read transaction on a connection of its own: it sees one moment and holds nobody up. */
export class MysqlSnapshot implements StoreSnapshot {
  readonly schemaVersion: number
  readonly #pool: ConnectionPool
  readonly #connection: MysqlConnection

  private constructor (pool: ConnectionPool, connection: MysqlConnection, schemaVersion: number) {
    this.#pool = pool
    this.#connection = connection
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

      return new MysqlSnapshot(pool, connection, Number(version?.rows[0]?.[0] ?? 0))
    } catch (err) {
      // The transaction may be open: only the server can tell.
      connection.destroy()
      await pool.takeBack(connection)
      throw err
    }
  }

  async nodes ({ after = '', limit, changedSinceMs }: NodePageQuery): Promise<NodePage> {
    const columns = ['node_id', 'changed_at', ...NODE_COLUMNS].join()
    const { rows } = await this.#connection.query(`SELECT ${columns} FROM node_info WHERE node_id > ${quote(after)} ORDER BY node_id LIMIT ${String(limit)}`)
    const changedSince = changedSinceMs === undefined ? '' : storeTimeOf(changedSinceMs)
    const changed = rows.filter(([, changedAt]) => String(changedAt) >= changedSince)

    return {
      nodes: changed.length === 0 ? [] : await this.#recordsOf(changed),
      next: rows.length < limit ? undefined : rows.at(-1)?.[0] as string | undefined
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    try {
      await this.#connection.query('COMMIT')
    } catch {
      // Nothing was written. A connection that cannot end its transaction is not used again.
      this.#connection.destroy()
    } finally {
      await this.#pool.takeBack(this.#connection)
    }
  }

  async #recordsOf (rows: QueryResult['rows']): Promise<NodeRecord[]> {
    const ids = listText(rows.map(([nodeId]) => quote(String(nodeId))))
    const [addresses, networks] = await this.#connection.run([
      `SELECT node_id, multiaddr, last_seen FROM address_info WHERE node_id IN ${ids} ORDER BY node_id, multiaddr`,
      `SELECT node_id, network, first_seen, last_seen FROM node_network WHERE node_id IN ${ids} ORDER BY node_id, network`
    ])
    const addressesOf = Map.groupBy(addresses?.rows ?? [], ([nodeId]) => nodeId)
    const networksOf = Map.groupBy(networks?.rows ?? [], ([nodeId]) => nodeId)

    return rows.map(row => toRecord(row, addressesOf.get(row[0] ?? null) ?? [], networksOf.get(row[0] ?? null) ?? []))
  }
}

type Row = readonly SqlValue[]

function toRecord (row: Row, addresses: readonly Row[], networks: readonly Row[]): NodeRecord {
  const [nodeId, , protocolVersion, agentVersion, discoveryType, latencyNs, lastSeen, firstSeen, identifiedAt, lastTried, lastOutcome] = row
  const time = (value: SqlValue | undefined): string => fromStoreTime(String(value))

  return {
    nodeId: String(nodeId),
    protocolVersion: protocolVersion as string | null,
    agentVersion: agentVersion as string | null,
    discoveryType: String(discoveryType),
    latencyNs: latencyNs as number | null,
    lastSeen: time(lastSeen),
    firstSeen: time(firstSeen),
    identifiedAt: identifiedAt === null ? null : time(identifiedAt),
    lastTried: time(lastTried),
    lastOutcome: String(lastOutcome),
    addresses: addresses.map(([, multiaddr, seen]) => ({ multiaddr: String(multiaddr), lastSeen: time(seen) })),
    networks: networks.map(([, network, first, last]) => ({ network: String(network), firstSeen: time(first), lastSeen: time(last) }))
  }
}
