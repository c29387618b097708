import { BoundedCache } from '../../../core/limits/bounded-cache.ts'
import { numberAt } from '../../../core/rows/sqlite-row.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A table of texts; visits refer to its rows by number. */
export interface DictionaryTable {
  table: string

  /** Columns of the unique key. */
  keys: readonly string[]

  /** Columns that depend on the key. */
  values?: readonly string[]

  /** Minimum number of ids that are kept in memory. */
  remembered: number
}

/** Dictionaries of the visits. The id column of each is its name and `_id`. */
export const DICTIONARIES = {
  word: { table: 'word', keys: ['word'], remembered: 100 },
  scan: { table: 'scan', keys: ['scan', 'network', 'vantage'], remembered: 100 },
  peer: { table: 'peer', keys: ['node_id'], remembered: 50_000 },
  agent: { table: 'agent', keys: ['agent_version', 'protocol_version'], remembered: 5_000 },
  connection: { table: 'connection', keys: ['transport', 'security', 'muxer', 'limited'], remembered: 1_000 },
  address: { table: 'address', keys: ['multiaddr'], remembered: 50_000 },
  detail: { table: 'detail', keys: ['detail'], remembered: 1_000 },
  addressSet: { table: 'address_set', keys: ['hash'], values: ['addresses'], remembered: 50_000 },
  protocolSet: { table: 'protocol_set', keys: ['hash'], values: ['protocols'], remembered: 10_000 },
  place: { table: 'place', keys: ['country', 'asn', 'organisation', 'cloud', 'source'], remembered: 10_000 }
} as const satisfies Record<string, DictionaryTable>

/** Finds or creates the ids of texts, and keeps the day on which each was last used. */
export class Dictionary {
  readonly #ids: BoundedCache<{ id: number, day: number }>
  readonly #upsert: StatementSync
  readonly #keyCount: number

  constructor (database: DatabaseSync, { table, keys, values = [], remembered }: DictionaryTable) {
    const columns = [...keys, ...values, 'last_used_day']
    this.#ids = new BoundedCache(remembered)
    this.#keyCount = keys.length
    this.#upsert = database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (${keys.join(', ')}) DO UPDATE SET last_used_day = max(last_used_day, excluded.last_used_day)
      RETURNING ${table}_id AS id, last_used_day AS day`)
  }

  /** The id of a row, from its values in the order of the columns; `day` is that of the crawl that uses it. Within a transaction only. */
  id (day: number, ...row: readonly (string | number)[]): number {
    // NUL separates the texts: safeText has removed it from all of them.
    const key = this.#keyCount === 1 ? String(row[0]) : row.slice(0, this.#keyCount).join('\0')
    const known = this.#ids.get(key)

    if (known !== undefined && known.day >= day) {
      return known.id
    }

    const stored = this.#upsert.get(...row, day)
    const id = numberAt(stored, 'id')
    this.#ids.set(key, { id, day: numberAt(stored, 'day') })

    return id
  }

  /** Forgets all ids, after their transaction was rolled back or rows were removed. */
  forget (): void {
    this.#ids.clear()
  }
}
