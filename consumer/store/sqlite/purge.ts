// Removal in steps that each hold the write lock for some milliseconds: a step looks at a bounded
// number of rows by key and removes those that are too old. Nothing needs an index on time.
import { numberAt, textAt } from '../../../core/rows/sqlite-row.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { minuteOf } from '../model/visit-changes.ts'
import { DICTIONARIES } from './dictionary.ts'
import type { PurgeCursor, PurgeStep } from '../model/node-store.ts'
import type { DatabaseSync } from 'node:sqlite'

const VISITS_PER_STEP = 1_000

/** A crawl takes up to 850 aggregates with it. */
const CRAWLS_PER_STEP = 10

/** A peer takes its addresses with it, six or so. */
const NODES_PER_STEP = 200

const ROWS_LOOKED_AT = 2_000

type Step = (database: DatabaseSync, beforeMs: number, after: PurgeCursor['after']) => StepResult

interface StepResult {
  removed: number

  /** Where the table goes on; undefined when it is done. */
  after: PurgeCursor['after'] | undefined
}

// History first: a dictionary row may go once the visits of its last day are gone.
const STEPS: Readonly<Record<string, Step>> = {
  visit: (database, beforeMs) => {
    database.prepare('UPDATE session_state SET edge_crawl_id = ? WHERE edge_crawl_id < ?').run(toSeconds(beforeMs), toSeconds(beforeMs))
    const removed = database.prepare(`DELETE FROM visit WHERE (crawl_id, scan_id, peer_id, source_id, attempt) IN
      (SELECT crawl_id, scan_id, peer_id, source_id, attempt FROM visit WHERE crawl_id < ? ORDER BY crawl_id LIMIT ?)`)
      .run(toSeconds(beforeMs), VISITS_PER_STEP).changes

    return { removed: Number(removed), after: Number(removed) === VISITS_PER_STEP ? [] : undefined }
  },
  crawl: (database, beforeMs) => {
    database.prepare('DELETE FROM session_change WHERE crawl_id < ?').run(toSeconds(beforeMs))
    const removed = database.prepare('DELETE FROM crawl WHERE (scan, crawl_id) IN (SELECT scan, crawl_id FROM crawl WHERE crawl_id < ? LIMIT ?)')
      .run(toSeconds(beforeMs), CRAWLS_PER_STEP).changes

    return { removed: Number(removed), after: Number(removed) === CRAWLS_PER_STEP ? [] : undefined }
  },
  visit_change: (database, beforeMs) => {
    const removed = database.prepare(`DELETE FROM visit_change WHERE (changed_minute, crawl_id, scan, started_minute) IN
      (SELECT changed_minute, crawl_id, scan, started_minute FROM visit_change WHERE changed_minute < ? ORDER BY changed_minute LIMIT ?)`)
      .run(minuteOf(beforeMs), ROWS_LOOKED_AT).changes

    return { removed: Number(removed), after: Number(removed) === ROWS_LOOKED_AT ? [] : undefined }
  },
  node_info: sweepByLastSeen('node_info', ['node_id'], NODES_PER_STEP),
  address_info: sweepByLastSeen('address_info', ['node_id', 'multiaddr'], ROWS_LOOKED_AT),
  node_network: sweepByLastSeen('node_network', ['node_id', 'network'], ROWS_LOOKED_AT),
  ...Object.fromEntries(Object.values(DICTIONARIES).map(({ table }) => [table, sweepDictionary(table)]))
}

const TABLES = Object.keys(STEPS)

/** Carries out one step within the transaction of the caller. */
export function purgeStep (database: DatabaseSync, beforeMs: number, cursor: PurgeCursor = { table: 'visit', after: [] }): PurgeStep {
  const step = STEPS[cursor.table]

  if (step === undefined) {
    throw new TypeError(`no such table to purge: ${cursor.table}`)
  }

  const { removed, after } = step(database, beforeMs, cursor.after)
  const nextTable = TABLES[TABLES.indexOf(cursor.table) + 1]

  return {
    table: cursor.table,
    removed,
    next: after !== undefined ? { table: cursor.table, after } : nextTable === undefined ? undefined : { table: nextTable, after: [] }
  }
}

function toSeconds (ms: number): number {
  return Math.floor(ms / 1_000)
}

function sweepByLastSeen (table: string, keys: readonly string[], removedPerStep: number): Step {
  const columns = keys.join(', ')
  const select = (from: string): string => `SELECT ${columns}, last_seen FROM ${table} ${from} ORDER BY ${columns} LIMIT ${String(ROWS_LOOKED_AT)}`
  const remove = `DELETE FROM ${table} WHERE ${keys.map(key => `${key} = ?`).join(' AND ')}`

  return (database, beforeMs, after) => {
    const before = storeTimeOf(beforeMs)
    const rows = after.length === 0 ? database.prepare(select('')).all() : database.prepare(select(`WHERE (${columns}) > (${keys.map(() => '?').join(', ')})`)).all(...after)
    const statement = database.prepare(remove)
    let removed = 0

    for (const row of rows) {
      const key = keys.map(column => textAt(row, column))

      if (textAt(row, 'last_seen') < before) {
        removed += Number(statement.run(...key).changes)
      }
      if (removed >= removedPerStep) {
        return { removed, after: key }
      }
    }

    const last = rows.length === ROWS_LOOKED_AT ? rows.at(-1) : undefined

    return { removed, after: last === undefined ? undefined : keys.map(column => textAt(last, column)) }
  }
}

function sweepDictionary (table: string): Step {
  return (database, beforeMs, after) => {
    const start = Number(after[0] ?? 0)
    const end = start + ROWS_LOOKED_AT
    const removed = database.prepare(`DELETE FROM ${table} WHERE ${table}_id > ? AND ${table}_id <= ? AND last_used_day < ?`)
      .run(start, end, Math.floor(toSeconds(beforeMs) / 86_400)).changes

    // Ids that a process remembers may be gone now.
    if (removed !== 0) {
      database.exec('UPDATE dictionary_epoch SET epoch = epoch + 1')
    }

    const greatest = numberAt(database.prepare(`SELECT ifnull(max(${table}_id), 0) AS id FROM ${table}`).get(), 'id')

    return { removed: Number(removed), after: end < greatest ? [end] : undefined }
  }
}
