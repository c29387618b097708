// Typed reading of SQLite rows. SQLite stores a value of any type in any column of an ordinary table.
import { ColumnReader } from './column-reader.ts'
import type { SQLOutputValue } from 'node:sqlite'

/** Reads values of a SQLite file. @throws ProbeError `PP_FILE_UNUSABLE` for a value of another type */
export const SQLITE_VALUES = new ColumnReader('PP_FILE_UNUSABLE')

/** A row by column name, as node:sqlite returns it; undefined where a query found no row. */
export type SqliteRow = Record<string, SQLOutputValue> | undefined

/** The text in a column. @throws ProbeError `PP_FILE_UNUSABLE` when the column contains something else */
export function textAt (row: SqliteRow, column: string): string {
  return SQLITE_VALUES.text(row?.[column], column)
}

/** The text in a column, or null. @throws ProbeError as {@link textAt} */
export function textOrNullAt (row: SqliteRow, column: string): string | null {
  return SQLITE_VALUES.textOrNull(row?.[column], column)
}

/** The number in a column. @throws ProbeError `PP_FILE_UNUSABLE` when the column contains something else */
export function numberAt (row: SqliteRow, column: string): number {
  return SQLITE_VALUES.number(row?.[column], column)
}

/** The number in a column, or null. @throws ProbeError as {@link numberAt} */
export function numberOrNullAt (row: SqliteRow, column: string): number | null {
  return SQLITE_VALUES.numberOrNull(row?.[column], column)
}

/** The bytes in a column. @throws ProbeError `PP_FILE_UNUSABLE` when the column contains something else */
export function bytesAt (row: SqliteRow, column: string): Uint8Array {
  return SQLITE_VALUES.bytes(row?.[column], column)
}
