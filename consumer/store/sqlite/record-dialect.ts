import { SQLITE_VALUES } from '../../../core/rows/sqlite-row.ts'
import { keyLiteral } from '../records/record-dialect.ts'
import type { RecordDialect } from '../records/record-dialect.ts'

// Printable ASCII without the quote. Other texts are written by their bytes: the text of a statement ends at its first NUL.
const PLAIN = /^[\x20-\x26\x28-\x7e]*$/

const text = (value: string): string => PLAIN.test(value) ? `'${value}'` : `CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`

/** What is special to SQLite in queries of records. */
export const SQLITE_RECORDS: Omit<RecordDialect, 'query'> = {
  read: SQLITE_VALUES,
  text,
  // SQLite answers a comparison of rows by the index: https://www.sqlite.org/rowvalue.html, section 3.1.
  after: (columns, values) => `(${columns.join(', ')}) > (${values.map(value => keyLiteral({ text }, value)).join(', ')})`,
  // To the millisecond: julianday() counts in days, whose fractions are inexact.
  epochMs: column => `(CAST(strftime('%s', ${column}) AS INTEGER) * 1000 + CAST(substr(${column}, 21, 3) AS INTEGER))`,
  byKey: ''
}
