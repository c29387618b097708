import { NODE_COLUMNS, nodeValuesFrom } from '../model/node-row.ts'
import { fromStoreTime, storeTimeOf } from '../model/store-time.ts'
import { readRecords } from '../records/read-records.ts'
import { MYSQL_RECORDS } from './record-dialect.ts'
import { MYSQL_VALUES, onlyNumber } from './server/mysql-values.ts'
import { listText, quote } from './server/sql-text.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { NodePage, NodePageQuery, NodeRecord, StoreSnapshot } from '../model/node-store.ts'
import type { ConnectionPool } from './server/connection-pool.ts'
import type { MysqlConnection } from './server/connection.ts'
import type { QueryResult } from './server/query-result.ts'

/** A read transaction on a separate connection: it sees the store at one moment and blocks no writer. */
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

      return new MysqlSnapshot(pool, connection, onlyNumber(version, 'version'))
    } catch (err) {
      // Only the server knows whether the transaction is open.
      connection.destroy()
      await pool.takeBack(connection)
      throw err
    }
  }

  async nodes ({ after = '', limit, changedSinceMs }: NodePageQuery): Promise<NodePage> {
    const columns = ['node_id', 'changed_at', ...NODE_COLUMNS].join()
    const { rows } = await this.#connection.query(`SELECT ${columns} FROM node_info WHERE node_id > ${quote(after)} ORDER BY node_id LIMIT ${String(limit)}`)
    const changedSince = changedSinceMs === undefined ? '' : storeTimeOf(changedSinceMs)
    const changed = rows.filter(([, changedAt]) => MYSQL_VALUES.text(changedAt, 'changed_at') >= changedSince)
    const last = rows.length < limit ? undefined : rows.at(-1)

    return {
      nodes: changed.length === 0 ? [] : await this.#recordsOf(changed),
      next: last === undefined ? undefined : MYSQL_VALUES.text(last[0], 'node_id')
    }
  }

  async records (query: RecordPageQuery): Promise<RecordPage> {
    return await readRecords(query, { ...MYSQL_RECORDS, query: async sql => (await this.#connection.query(sql)).rows })
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

  async #recordsOf (rows: QueryResult['rows']): Promise<NodeRecord[]> {
    const ids = listText(rows.map(([nodeId]) => quote(MYSQL_VALUES.text(nodeId, 'node_id'))))
    const [addresses, networks] = await this.#connection.run([
      `SELECT node_id, multiaddr, last_seen FROM address_info WHERE node_id IN ${ids} ORDER BY node_id, multiaddr`,
      `SELECT node_id, network, first_seen, last_seen FROM node_network WHERE node_id IN ${ids} ORDER BY node_id, network`
    ])
    const addressesOf = Map.groupBy(addresses?.rows ?? [], ([nodeId]) => nodeId)
    const networksOf = Map.groupBy(networks?.rows ?? [], ([nodeId]) => nodeId)

    return rows.map(row => toRecord(row, addressesOf.get(row[0]) ?? [], networksOf.get(row[0]) ?? []))
  }
}

type Row = readonly unknown[]

function toRecord ([nodeId, , ...values]: Row, addresses: readonly Row[], networks: readonly Row[]): NodeRecord {
  const node = nodeValuesFrom(values, MYSQL_VALUES)
  const [protocolVersion, agentVersion, discoveryType, latencyNs, lastSeen, firstSeen, identifiedAt, lastTried, lastOutcome, ...place] = node
  const [country, asn, organisation, cloud, placedAt] = place
  const time = (value: unknown, column: string): string => fromStoreTime(MYSQL_VALUES.text(value, column))

  return {
    nodeId: MYSQL_VALUES.text(nodeId, 'node_id'),
    protocolVersion,
    agentVersion,
    discoveryType,
    latencyNs,
    lastSeen: fromStoreTime(lastSeen),
    firstSeen: fromStoreTime(firstSeen),
    identifiedAt: identifiedAt === null ? null : fromStoreTime(identifiedAt),
    lastTried: fromStoreTime(lastTried),
    lastOutcome,
    country,
    asn,
    organisation,
    cloud,
    placedAt: placedAt === null ? null : fromStoreTime(placedAt),
    addresses: addresses.map(([, multiaddr, seen]) => ({ multiaddr: MYSQL_VALUES.text(multiaddr, 'multiaddr'), lastSeen: time(seen, 'last_seen') })),
    networks: networks.map(([, network, first, last]) =>
      ({ network: MYSQL_VALUES.text(network, 'network'), firstSeen: time(first, 'first_seen'), lastSeen: time(last, 'last_seen') }))
  }
}
