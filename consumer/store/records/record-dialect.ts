import type { ColumnReader } from '../../../core/rows/column-reader.ts'

/** Value of a key column. */
export type KeyValue = string | number

/** Where the databases' SQL differs, for queries of records. */
export interface RecordDialect {
  /** Checks the types of values that were read. */
  read: ColumnReader

  /** A text as a literal. */
  text: (value: string) => string

  /** The condition that the key columns are after these values, in a form that the database answers by its primary key. */
  after: (columns: readonly string[], values: readonly KeyValue[]) => string

  /** A time column as epoch milliseconds. */
  epochMs: (column: string) => string

  /** The hint that makes the database read a table by its primary key. */
  byKey: string

  /** Runs a query; rows contain their values in the order of the query's columns. */
  query: (sql: string) => Promise<readonly (readonly unknown[])[]>
}

/** A key value as a literal. */
export function keyLiteral (dialect: Pick<RecordDialect, 'text'>, value: KeyValue): string {
  return typeof value === 'number' ? String(value) : dialect.text(value)
}
