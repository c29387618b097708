import type { ResultSetHeader } from 'mysql2'

/** A value that is written; times are text, in UTC. */
export type SqlValue = string | number | null

/** The result of one statement. */
export interface QueryResult {
  /** Rows of a query, each with its values in order, to be read through `MYSQL_VALUES`; empty for other statements. */
  rows: readonly (readonly unknown[])[]

  /** Rows inserted or changed; unchanged rows are not counted. */
  written: number

  /** Rows that an INSERT created; existing rows that it changed are not counted. 0 for other statements. */
  inserted: number

  /** Rows that an UPDATE found, whether it changed them or not; 0 for other statements. */
  matched: number
}

/** The result of a statement that returned and changed nothing. */
export const NO_RESULT: QueryResult = { rows: [], written: 0, inserted: 0, matched: 0 }

/** Number of rows that statements inserted or changed. */
export function writtenBy (results: readonly QueryResult[]): number {
  return results.reduce((sum, { written }) => sum + written, 0)
}

/** Converts the driver's result of one statement. @throws TypeError when it is neither rows nor a header */
export function queryResultOf (result: unknown, statement: string): QueryResult {
  if (isRows(result)) {
    return { ...NO_RESULT, rows: result }
  }
  // A migration is one text of several statements, whose results are not used.
  if (Array.isArray(result) && result.every(isHeader)) {
    return NO_RESULT
  }
  if (!isHeader(result)) {
    throw new TypeError('the driver returned neither rows nor a header for a statement')
  }

  const { affectedRows, info = '' } = result

  if (statement.startsWith('INSERT')) {
    const { inserted, changed } = upserted(affectedRows, info)

    return { ...NO_RESULT, written: inserted + changed, inserted }
  }

  return { ...NO_RESULT, written: affectedRows, matched: Number(/Rows matched: (\d+)/.exec(info)?.[1] ?? 0) }
}

// Flags that the server sends with the end of each statement: include/mysql_com.h.
const SERVER_STATUS_IN_TRANS = 1
const SERVER_STATUS_AUTOCOMMIT = 2

/** Whether the server reports that a statement is not committed: it is in a transaction. False for queries, whose result does not say. */
export function isUncommitted (result: unknown): boolean {
  if (!isHeader(result)) {
    return false
  }

  const { serverStatus } = result

  return serverStatus !== undefined && ((serverStatus & SERVER_STATUS_IN_TRANS) !== 0 || (serverStatus & SERVER_STATUS_AUTOCOMMIT) === 0)
}

// The connection asks for rows as arrays.
function isRows (result: unknown): result is readonly (readonly unknown[])[] {
  return Array.isArray(result) && (result.length === 0 || Array.isArray(result[0]))
}

// The driver leaves out `info` where the server sends none, as for SET.
function isHeader (result: unknown): result is Pick<ResultSetHeader, 'affectedRows'> & Partial<ResultSetHeader> {
  return typeof result === 'object' && result !== null && 'affectedRows' in result
}

// An upsert counts 1 for a row that it inserts and 2 for a row that it changes. The server reports the latter
// as "Duplicates", except for an upsert of one row.
function upserted (affectedRows: number, info: string): { inserted: number, changed: number } {
  const changed = Number(/Duplicates: (\d+)/.exec(info)?.[1] ?? (affectedRows === 2 ? 1 : 0))

  return { inserted: affectedRows - 2 * changed, changed }
}
