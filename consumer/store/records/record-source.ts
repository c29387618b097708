import type { RecordFilter } from '../../records/record-filter.ts'
import type { RecordDialect } from './record-dialect.ts'

/** How a column is read: an expression, and where its form differs from the column's type, that form. */
export interface SourceColumn {
  sql: string | ((dialect: RecordDialect) => string)

  /** `epoch-ms`: a time as a number; `us`: microseconds where the column has milliseconds; `ms`: milliseconds where it has seconds. */
  form?: 'epoch-ms' | 'us' | 'ms'
}

/** Rows of another table that are a list of a record. */
export interface SourceList {
  /** Column of the record. */
  column: string

  table: string

  /** Columns of the list's entries, in their order. */
  texts: readonly string[]
  times: readonly string[]
}

/** Where the records of a kind are in the database. In SQL, `r` is the kind's own table. */
export interface RecordSource {
  table: string

  /** Columns of its primary key, in their order. */
  key: readonly string[]

  joins: string
  columns: Readonly<Record<string, SourceColumn>>
  lists: readonly SourceList[]

  /** Column with the time at which the row was last written; absent where the table has none. */
  changedAt?: string

  /** Conditions on the key alone: they bound what a page reads. */
  narrow: (filter: RecordFilter, dialect: RecordDialect) => readonly string[]

  /** Conditions on a row that was read. */
  conditions: (filter: RecordFilter, dialect: RecordDialect) => readonly string[]
}

/** Conditions for the fields that the filter has. */
export function given<T> (value: T | undefined, condition: (value: T) => string): string[] {
  return value === undefined ? [] : [condition(value)]
}

/**
 * Whether a JSON list of texts contains a text: as its first entry, or after a comma. The inside of an entry never looks like
 * that: a quote there has a backslash before it. The one exception is the text of a single comma, which also stands between
 * two entries if the first ends with a comma; no filter asks for it.
 */
export function listContains (list: string, text: string, dialect: RecordDialect): string {
  const entry = JSON.stringify(text)

  return `(instr(${list}, ${dialect.text(`[${entry}`)}) = 1 OR instr(${list}, ${dialect.text(`,${entry}`)}) > 0)`
}
