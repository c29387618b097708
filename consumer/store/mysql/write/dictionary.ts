// Texts of visits are stored once and referred to by number. Numbers are remembered across batches, so that after a
// while a batch needs no look-ups. A row is found by its text if that is short and plain, else by a hash: MySQL
// compares texts with trailing spaces as equal, and limits the length of index keys.
import { hash } from 'node:crypto'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import { bytesText, listText, quote, upsertStatements } from '../server/sql-text.ts'
import type { BoundedCache } from '../../../../core/limits/bounded-cache.ts'
import type { QueryResult, SqlValue } from '../server/query-result.ts'
import type { ServerInfo } from '../server/server-info.ts'

/** A table of texts. Its number column is its name and `_id`. */
export interface DictionaryTable {
  table: string
  columns: readonly string[]

  /** How rows are found: by the only column, or by an additional column `hash`. */
  foundBy: 'text' | 'hash'

  /** Minimum number of ids that are kept in memory. */
  remembered: number
}

/** Dictionaries of the visits, in the order in which a transaction locks them. */
export const DICTIONARIES = {
  word: { table: 'word', columns: ['word'], foundBy: 'text', remembered: 100 },
  scan: { table: 'scan', columns: ['scan', 'network', 'vantage'], foundBy: 'hash', remembered: 100 },
  peer: { table: 'peer', columns: ['node_id'], foundBy: 'text', remembered: 50_000 },
  agent: { table: 'agent', columns: ['agent_version', 'protocol_version'], foundBy: 'hash', remembered: 5_000 },
  connection: { table: 'connection', columns: ['transport', 'security', 'muxer', 'limited'], foundBy: 'hash', remembered: 1_000 },
  address: { table: 'address', columns: ['multiaddr'], foundBy: 'hash', remembered: 50_000 },
  detail: { table: 'detail', columns: ['detail'], foundBy: 'hash', remembered: 1_000 },
  addressSet: { table: 'address_set', columns: ['addresses'], foundBy: 'hash', remembered: 50_000 },
  protocolSet: { table: 'protocol_set', columns: ['protocols'], foundBy: 'hash', remembered: 10_000 },
  place: { table: 'place', columns: ['country', 'asn', 'organisation', 'cloud', 'source'], foundBy: 'hash', remembered: 10_000 }
} as const satisfies Record<string, DictionaryTable>

/** A row that a batch uses. */
export interface DictionaryEntry {
  /** Key in memory. */
  key: string

  /** Day of the crawl that uses it: crawl_id / 86400. */
  day: number

  values: readonly (string | number)[]

  /** First 16 bytes of SHA-256 in hex. @default that of the values */
  hash?: string
}

/** The number of a row, as soon as it is known. */
export interface Slot {
  id: number | undefined
}

/** A final number: its row is committed. */
export interface KnownNumber extends Slot {
  readonly id: number

  /** Day on which the row was last used, or an earlier day. */
  readonly day: number
}

/** Numbers of one table that committed transactions read or created, shared by all concurrent batches. */
export type KnownNumbers = BoundedCache<KnownNumber>

interface Wanted extends DictionaryEntry, Slot {
  /** The value that the row is found by: text, or hash in hex. */
  found: string

  /** Day in the database; undefined where the row is new. */
  storedDay: number | undefined

  /** Whether this transaction inserted the row, so that nothing can refer to it yet. */
  isFresh: boolean
}

/** The numbers of one table, for one transaction. Later transactions use its new numbers only after `committed`. */
export class Dictionary {
  readonly #table: DictionaryTable
  readonly #known: KnownNumbers
  readonly #wanted = new Map<string, Wanted>()
  #minDay = 0

  constructor (table: DictionaryTable, known: KnownNumbers) {
    this.#table = table
    this.#known = known
  }

  /** Rows last used before that day may have been removed: their remembered numbers are not used. */
  trustFrom (minDay: number): void {
    this.#minDay = minDay
  }

  /** The known number of a row that was used on that day; undefined when `want` must request it. */
  slot (key: string, day: number): Slot | undefined {
    const known = this.#known.get(key)

    return known !== undefined && known.day >= day && known.day >= this.#minDay ? known : undefined
  }

  /** Requests a row, which is then looked up or inserted. */
  want (entry: DictionaryEntry): Slot {
    const wanted = this.#wanted.get(entry.key)

    if (wanted !== undefined) {
      wanted.day = Math.max(wanted.day, entry.day)
      return wanted
    }

    const found = this.#table.foundBy === 'text' ? String(entry.values[0]) : entry.hash ?? hashOf(entry.values)
    const fresh = { ...entry, found, id: undefined, storedDay: undefined, isFresh: false }
    this.#wanted.set(entry.key, fresh)

    return fresh
  }

  /** Queries for the requested rows without a number. */
  lookUps (): string[] {
    return this.#queryFor([...this.#wanted.values()].filter(({ id }) => id === undefined))
  }

  /** Takes the results of the look-ups. */
  found (results: readonly QueryResult[]): void {
    const byFound = new Map(Array.from(this.#wanted.values(), wanted => [wanted.found, wanted]))

    const idColumn = `${this.#table.table}_id`

    for (const [id, text, day] of results.flatMap(({ rows }) => rows)) {
      const wanted = byFound.get(MYSQL_VALUES.text(text, this.#table.table))

      if (wanted !== undefined) {
        wanted.id = MYSQL_VALUES.number(id, idColumn)
        wanted.storedDay = MYSQL_VALUES.number(day, 'last_used_day')
      }
    }
  }

  /** Statements that insert the missing rows. */
  inserts (server: ServerInfo): string[] {
    const { table, columns, foundBy } = this.#table
    const missing = this.#missing()

    return missing.length === 0
      ? []
      : upsertStatements({
          table,
          columns: [...foundBy === 'hash' ? ['hash'] : [], ...columns, 'last_used_day'],
          onDuplicate: fresh => `last_used_day = GREATEST(${table}.last_used_day, ${fresh('last_used_day')})`
        }, missing.map(({ found, values, day }) => `(${[...foundBy === 'hash' ? [bytesText(found)] : [], ...values.map(literalOf), String(day)].join()})`), server)
  }

  /** Takes the results of the inserts; all missing rows are then looked up again. */
  inserted (results: readonly QueryResult[]): void {
    const missing = this.#missing()
    // Where another process inserted some of them first, it is unknown which ones.
    const isFresh = results.reduce((sum, { inserted }) => sum + inserted, 0) === missing.length

    for (const wanted of missing) {
      wanted.isFresh = isFresh
    }
  }

  /** Statements that update the day on which known rows were last used. */
  touches (): string[] {
    const { table } = this.#table
    const byDay = Map.groupBy([...this.#wanted.values()].filter(({ storedDay, day }) => storedDay !== undefined && storedDay < day), ({ day }) => day)

    return [...byDay].map(([day, rows]) => {
      const ids = rows.map(({ id = 0 }) => id).sort((a, b) => a - b)

      return `UPDATE ${table} SET last_used_day = ${String(day)} WHERE ${table}_id IN ${listText(ids.map(String))} AND last_used_day < ${String(day)}`
    })
  }

  /** Whether this transaction inserted the row, so that nothing can refer to it yet. */
  isFresh (key: string): boolean {
    return this.#wanted.get(key)?.isFresh ?? false
  }

  /** The transaction was committed: its numbers are remembered. */
  committed (): void {
    for (const { key, id, day, storedDay = 0 } of this.#wanted.values()) {
      if (id !== undefined) {
        this.#known.set(key, { id, day: Math.max(day, storedDay) })
      }
    }
  }

  #missing (): Wanted[] {
    return [...this.#wanted.values()].filter(({ id }) => id === undefined).sort((a, b) => a.found < b.found ? -1 : 1)
  }

  #queryFor (rows: readonly Wanted[]): string[] {
    const { table, columns: [column = ''], foundBy } = this.#table
    const literals = rows.map(({ found }) => foundBy === 'hash' ? bytesText(found) : quote(found))

    return literals.length === 0
      ? []
      : [`SELECT ${table}_id, ${foundBy === 'hash' ? 'LOWER(HEX(hash))' : column}, last_used_day FROM ${table} WHERE ${foundBy === 'hash' ? 'hash' : column} IN ${listText(literals)}`]
  }
}

function hashOf (values: readonly SqlValue[]): string {
  return hash('sha256', JSON.stringify(values), 'hex').slice(0, 32)
}

function literalOf (value: string | number): string {
  return typeof value === 'number' ? String(value) : quote(value)
}
