import { keyLiteral } from '../records/record-dialect.ts'
import { MYSQL_VALUES } from './server/mysql-values.ts'
import { BY_KEY, quote } from './server/sql-text.ts'
import type { KeyValue, RecordDialect } from '../records/record-dialect.ts'

/** What is special to MySQL and MariaDB in queries of records. */
export const MYSQL_RECORDS: Omit<RecordDialect, 'query'> = {
  read: MYSQL_VALUES,
  text: quote,
  after,
  epochMs: column => `CAST(UNIX_TIMESTAMP(${column}) * 1000 AS SIGNED)`,
  byKey: BY_KEY
}

// The servers answer this form by ranges of the key, and a comparison of rows by reading all of them:
// https://dev.mysql.com/doc/refman/8.4/en/row-constructor-optimization.html
function after (columns: readonly string[], values: readonly KeyValue[]): string {
  const literals = values.map(value => keyLiteral({ text: quote }, value))
  const ranges = columns.map((column, i) => [...columns.slice(0, i).map((equal, j) => `${equal} = ${literals[j] ?? ''}`), `${column} > ${literals[i] ?? ''}`].join(' AND '))

  return `(${ranges.map(range => `(${range})`).join(' OR ')})`
}
