import { BoundedCache } from '../../../core/limits/bounded-cache.ts'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A table of texts that the history refers to by number. */
export interface DictionaryTable {
  table: string

  /** Columns that tell rows apart. */
  keys: readonly string[]

  /** Columns that follow from the keys. */
  values?: readonly string[]

  /** Ids kept in memory at least. */
  remembered: number
}

/** Dictionaries of the history. The id column of each is its name and `_id`. */
export const DICTIONARIES = {
  word: { table: 'word', keys: ['word'], remembered: 100 },
  scan: { table: 'scan', keys: ['scan', 'network', 'vantage'], remembered: 100 },
  peer: { table: 'peer', keys: ['node_id'], remembered: 50_000 },
  agent: { table: 'agent', keys: ['agent_version', 'protocol_version'], remembered: 5_000 },
  connection: { table: 'connection', keys: ['transport', 'security', 'muxer', 'limited'], remembered: 1_000 },
  address: { table: 'address', keys: ['multiaddr'], remembered: 50_000 },
  detail: { table: 'detail', keys: ['detail'], remembered: 1_000 },
  addressSet: { table: 'address_set', keys: ['hash'], values: ['addresses'], remembered: 50_000 },
  protocolSet: { table: 'protocol_set', keys: ['hash'], values: ['protocols'], remembered: 10_000 }
} as const satisfies Record<string, DictionaryTable>

/** Finds or makes the ids of texts, and keeps the day on which each was last used. */
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

  /** The id of a row: values in the order of the columns, and the day of the crawl that uses it. Within a transaction only. */
  id (day: number, ...row: readonly (string | number)[]): number {
    // The texts were made safe, so that none holds the NUL that parts them here.
    const key = this.#keyCount === 1 ? String(row[0]) : row.slice(0, this.#keyCount).join('\0')
    const known = this.#ids.get(key)

    if (known !== undefined && known.day >= day) {
      return known.id
    }

    const found = this.#upsert.get(...row as SQLInputValue[], day) as { id: number, day: number }
    this.#ids.set(key, { id: found.id, day: found.day })

    return found.id
  }

  /** Forgets all ids: their transaction was rolled back, or rows were removed. */
  forget (): void {
    this.#ids.clear()
  }
}
