// Removal in steps that each take few locks for some milliseconds. A step reads a bounded number of rows in
// the order of the key, without locks, and deletes the old ones by key, checking their age again. So no index
// on time is needed. A named lock prevents two removals at once.
import { storeTimeOf } from '../model/store-time.ts'
import { minuteOf } from '../model/visit-changes.ts'
import { listPartitions, makePartitions } from './partitions.ts'
import { MYSQL_VALUES, onlyNumber } from './server/mysql-values.ts'
import { writtenBy } from './server/query-result.ts'
import { bytesText, listText, quote } from './server/sql-text.ts'
import { DICTIONARIES } from './write/dictionary.ts'
import type { PurgeCursor, PurgeStep } from '../model/node-store.ts'
import type { MysqlConnection } from './server/connection.ts'
import type { SqlValue } from './server/query-result.ts'

const SECONDS_PER_DAY = 86_400

const VISITS_PER_STEP = 1_000

/** Deleting a crawl deletes up to 850 aggregates. */
const CRAWLS_PER_STEP = 10

/** Deleting a peer deletes its addresses, about six: docs/performance.md. */
const ROWS_PER_STEP = 200

const ROWS_LOOKED_AT = 2_000

/** Counting a day of visits reads all of them. */
const PARTITION_TIMEOUT_MS = 600_000

interface StepDeps {
  connection: MysqlConnection
  beforeMs: number
  after: PurgeCursor['after']
  nowMs: number
}

interface StepResult {
  removed: number

  /** Where the next step of the table starts; undefined when the table is done. */
  after: PurgeCursor['after'] | undefined
}

type Step = (deps: StepDeps) => Promise<StepResult>

// Visits first: a dictionary row may be removed when the visits of its last day are removed.
const STEPS: Readonly<Record<string, Step>> = {
  visit: removeVisits,
  crawl: removeCrawls,
  visit_change: removeVisitChanges,
  node_info: removeNodes,
  address_info: removeSightings('address_info', { key: 'addr_hash', readAs: 'LOWER(HEX(addr_hash))', literal: key => bytesText(String(key)) }),
  node_network: removeSightings('node_network', { key: 'network', readAs: 'network', literal: key => quote(String(key)) }),
  ...Object.fromEntries(Object.values(DICTIONARIES).map(({ table }) => [table, removeTexts(table)]))
}

const TABLES = Object.keys(STEPS)

const START: PurgeCursor = { table: 'visit', after: [] }

/** Times of a removal in epoch milliseconds. */
export interface PurgeTimes {
  /** Older rows are removed. */
  beforeMs: number

  nowMs: number
}

/** Executes one step. */
export async function purgeStep (connection: MysqlConnection, { beforeMs, nowMs }: PurgeTimes, cursor: PurgeCursor = START): Promise<PurgeStep> {
  const step = STEPS[cursor.table]

  if (step === undefined) {
    throw new TypeError(`no such table to purge: ${cursor.table}`)
  }

  const { removed, after } = await step({ connection, beforeMs, after: cursor.after, nowMs })
  const nextTable = TABLES[TABLES.indexOf(cursor.table) + 1]

  return {
    table: cursor.table,
    removed,
    next: after !== undefined ? { table: cursor.table, after } : nextTable === undefined ? undefined : { table: nextTable, after: [] }
  }
}

// Whole days only: the first partition also contains visits that are older than its day.
async function removeVisits ({ connection, beforeMs, nowMs }: StepDeps): Promise<StepResult> {
  await makePartitions(connection, nowMs)
  const before = dayOf(beforeMs) * SECONDS_PER_DAY
  await raiseEdge(connection, before)
  const oldest = (await listPartitions(connection))[0]

  if (oldest !== undefined && oldest.end <= before && PARTITION_NAME.test(oldest.name)) {
    const count = await connection.query(`SELECT COUNT(*) FROM visit PARTITION (${oldest.name})`, PARTITION_TIMEOUT_MS)
    await dropPartition(connection, oldest.name)

    return { removed: onlyNumber(count, 'COUNT(*)'), after: [] }
  }

  const { written } = await connection.query(`DELETE FROM visit WHERE crawl_id < ${String(before)} ORDER BY crawl_id LIMIT ${String(VISITS_PER_STEP)}`)

  return { removed: written, after: written === VISITS_PER_STEP ? [] : undefined }
}

// Before the first visit is removed. Writers hold this row in share mode, so it is written only where it changes.
async function raiseEdge (connection: MysqlConnection, crawlId: number): Promise<void> {
  if (onlyNumber(await connection.query('SELECT edge_crawl_id FROM session_state WHERE id = 1'), 'edge_crawl_id') < crawlId) {
    await connection.query(`UPDATE session_state SET edge_crawl_id = ${String(crawlId)} WHERE id = 1 AND edge_crawl_id < ${String(crawlId)}`)
  }
}

/** Partition names of PeerProbe. An identifier cannot be quoted like a value: a partition with another name is emptied row by row. */
const PARTITION_NAME = /^day\d+$/

// While this statement waits for a reader, all writers queue behind it. So it gives up soon and is retried.
async function dropPartition (connection: MysqlConnection, name: string): Promise<void> {
  const { rows: [timeout] } = await connection.query('SELECT @@session.lock_wait_timeout')
  await connection.query('SET SESSION lock_wait_timeout = 1')

  try {
    await connection.query(`ALTER TABLE visit DROP PARTITION ${name}`)
  } finally {
    if (!connection.isBroken) {
      await connection.query(`SET SESSION lock_wait_timeout = ${String(timeout?.[0])}`)
    }
  }
}

async function removeCrawls ({ connection, beforeMs }: StepDeps): Promise<StepResult> {
  const before = String(Math.floor(beforeMs / 1_000))
  const { rows } = await connection.query(`SELECT scan, crawl_id FROM crawl WHERE crawl_id < ${before} ORDER BY crawl_id LIMIT ${String(CRAWLS_PER_STEP)}`)
  const statements = rows.map(([scan, crawlId]) => `DELETE FROM crawl WHERE scan = ${quote(MYSQL_VALUES.text(scan, 'scan'))} AND crawl_id = ${String(MYSQL_VALUES.number(crawlId, 'crawl_id'))}`)
  const removed = writtenBy(await connection.run(statements))
  await connection.query(`DELETE FROM session_change WHERE crawl_id < ${before}`)

  return { removed, after: rows.length === CRAWLS_PER_STEP ? [] : undefined }
}

async function removeVisitChanges ({ connection, beforeMs }: StepDeps): Promise<StepResult> {
  const end = String(minuteOf(beforeMs))
  const { written } = await connection.query(`DELETE FROM visit_change WHERE changed_minute < ${end} ORDER BY changed_minute LIMIT ${String(ROWS_LOOKED_AT)}`)

  return { removed: written, after: written === ROWS_LOOKED_AT ? [] : undefined }
}

async function removeNodes ({ connection, beforeMs, after }: StepDeps): Promise<StepResult> {
  const before = quote(storeTimeOf(beforeMs))
  const from = quote(String(after[0] ?? ''))
  const window = `(SELECT node_id, last_seen FROM node_info WHERE node_id > ${from} ORDER BY node_id LIMIT ${String(ROWS_LOOKED_AT)}) looked_at`
  const [old, end] = await connection.run([
    `SELECT node_id FROM ${window} WHERE last_seen < ${before} ORDER BY node_id LIMIT ${String(ROWS_PER_STEP)}`,
    `SELECT COUNT(*), MAX(node_id) FROM ${window}`
  ])
  const ids = old?.rows.map(([id]) => MYSQL_VALUES.text(id, 'node_id')) ?? []
  const statements = ids.length === 0 ? [] : [`DELETE FROM node_info WHERE node_id IN ${listText(ids.map(quote))} AND last_seen < ${before}`]
  const removed = writtenBy(await connection.run(statements))

  return { removed, after: nextAfter(ids.map(id => [id]), end?.rows[0] ?? []) }
}

/** How the second column of a key, after the peer, is read and written. */
interface SightingKey { key: string, readAs: string, literal: (key: SqlValue) => string }

/** Removes old rows of peers that remain, one peer after another. */
function removeSightings (table: string, { key, readAs, literal }: SightingKey): Step {
  return async ({ connection, beforeMs, after }) => {
    const before = quote(storeTimeOf(beforeMs))
    const from = startAfter(after, { key, literal })
    const window = `(SELECT node_id, ${key}, last_seen FROM ${table} ${from} ORDER BY node_id, ${key} LIMIT ${String(ROWS_LOOKED_AT)}) looked_at`
    const [old, count, end] = await connection.run([
      `SELECT node_id, ${readAs} FROM ${window} WHERE last_seen < ${before} ORDER BY node_id, ${key} LIMIT ${String(ROWS_PER_STEP)}`,
      `SELECT COUNT(*) FROM ${window}`,
      `SELECT node_id, ${readAs} FROM ${window} ORDER BY node_id DESC, ${key} DESC LIMIT 1`
    ])
    const keys = old?.rows.map(row => row.map(value => MYSQL_VALUES.text(value, key))) ?? []
    const byNode = Map.groupBy(keys, ([nodeId = '']) => nodeId)
    const removed = writtenBy(await connection.run(Array.from(byNode, ([nodeId, rows]) =>
      `DELETE FROM ${table} WHERE node_id = ${quote(nodeId)} AND ${key} IN ${listText(rows.map(([, text = '']) => literal(text)))} AND last_seen < ${before}`)))

    return { removed, after: nextAfter(keys, [onlyNumber(count, 'COUNT(*)'), ...end?.rows[0] ?? []]) }
  }
}

function startAfter ([node, last]: PurgeCursor['after'], { key, literal }: Pick<SightingKey, 'key' | 'literal'>): string {
  if (node === undefined || last === undefined) {
    return ''
  }

  const nodeId = quote(String(node))

  return `WHERE node_id > ${nodeId} OR (node_id = ${nodeId} AND ${key} > ${literal(last)})`
}

function removeTexts (table: string): Step {
  const id = `${table}_id`

  return async ({ connection, beforeMs, after }) => {
    const day = String(dayOf(beforeMs))
    const start = Number(after[0] ?? 0)
    const end = start + ROWS_LOOKED_AT
    // From now on no writer uses a remembered number of a row that may be removed.
    const mark = await connection.query('SELECT day FROM removal_mark WHERE id = 1')

    if (onlyNumber(mark, 'day') < dayOf(beforeMs)) {
      await connection.query(`UPDATE removal_mark SET day = ${day} WHERE id = 1 AND day < ${day}`)
    }

    const [old, greatest] = await connection.run([
      `SELECT ${id} FROM ${table} WHERE ${id} > ${String(start)} AND ${id} <= ${String(end)} AND last_used_day < ${day} ORDER BY ${id}`,
      `SELECT MAX(${id}) FROM ${table}`
    ])
    const ids = old?.rows.map(([value]) => String(MYSQL_VALUES.number(value, id))) ?? []
    const removed = writtenBy(await connection.run(ids.length === 0 ? [] : [`DELETE FROM ${table} WHERE ${id} IN ${listText(ids)} AND last_used_day < ${day}`]))

    return { removed, after: end < onlyNumber(greatest, id) ? [end] : undefined }
  }
}

/** Where the next step starts: after the last removed row where more rows may qualify, else after the last row that was read. */
function nextAfter (removed: readonly (readonly string[])[], [count, ...last]: readonly unknown[]): PurgeCursor['after'] | undefined {
  if (removed.length === ROWS_PER_STEP) {
    return removed.at(-1)
  }

  return count === ROWS_LOOKED_AT ? last.map(value => MYSQL_VALUES.text(value, 'node_id')) : undefined
}

function dayOf (ms: number): number {
  return Math.floor(ms / 1_000 / SECONDS_PER_DAY)
}
