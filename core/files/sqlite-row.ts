// Typed reading of rows. SQLite keeps a value of any type in any column, so that what a file holds is checked where it is read.
import { ProbeError } from '../errors.ts'
import type { SQLOutputValue } from 'node:sqlite'

/** A row by column name, as node:sqlite returns it; undefined where a query found none. */
export type SqliteRow = Record<string, SQLOutputValue> | undefined

/** The text in a column. @throws ProbeError `PP_FILE_UNUSABLE` when it holds something else */
export function textAt (row: SqliteRow, column: string): string {
  const value = row?.[column]

  return typeof value === 'string' ? value : refuse(column, value, 'a text')
}

/** The text in a column, or null. @throws ProbeError as {@link textAt} */
export function textOrNullAt (row: SqliteRow, column: string): string | null {
  return row?.[column] === null ? null : textAt(row, column)
}

/** The number in a column. @throws ProbeError `PP_FILE_UNUSABLE` when it holds something else */
export function numberAt (row: SqliteRow, column: string): number {
  const value = row?.[column]

  return typeof value === 'number' ? value : refuse(column, value, 'a number')
}

/** The number in a column, or null. @throws ProbeError as {@link numberAt} */
export function numberOrNullAt (row: SqliteRow, column: string): number | null {
  return row?.[column] === null ? null : numberAt(row, column)
}

/** The bytes in a column. @throws ProbeError `PP_FILE_UNUSABLE` when it holds something else */
export function bytesAt (row: SqliteRow, column: string): Uint8Array {
  const value = row?.[column]

  return value instanceof Uint8Array ? value : refuse(column, value, 'bytes')
}

/** The text in a column, which is one of a closed set. @throws ProbeError `PP_FILE_UNUSABLE` when it is none of them */
export function oneOfAt<T extends string> (row: SqliteRow, column: string, values: readonly T[]): T {
  const text = textAt(row, column)

  return values.find(value => value === text) ?? refuse(column, text, `one of ${values.join(', ')}`)
}

function refuse (column: string, value: SQLOutputValue | undefined, wanted: string): never {
  const found = typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : value === null ? 'NULL' : value === undefined ? 'nothing' : typeof value
  throw new ProbeError('PP_FILE_UNUSABLE', `column ${column} of the database holds ${found} where ${wanted} is expected: another program wrote it`)
}
