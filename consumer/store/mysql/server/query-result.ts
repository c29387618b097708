import type { ResultSetHeader } from 'mysql2'

/** A value as the server sends it; times are text, in UTC. */
export type SqlValue = string | number | null

/** What one statement gave. */
export interface QueryResult {
  /** Rows of a query, each with its values in order; none for other statements. */
  rows: readonly (readonly SqlValue[])[]

  /** Rows inserted or changed; rows that were as they should be already are not counted. */
  written: number

  /** Rows that an INSERT made; those that were there and that it changed are not counted. 0 for other statements. */
  inserted: number

  /** Rows that an UPDATE found, whether it changed them or not; 0 for other statements. */
  matched: number
}

/** Of a statement that gave and changed nothing. */
export const NO_RESULT: QueryResult = { rows: [], written: 0, inserted: 0, matched: 0 }

/** Rows that statements inserted or changed, together. */
export function writtenBy (results: readonly QueryResult[]): number {
  return results.reduce((sum, { written }) => sum + written, 0)
}

/** What the driver gave for one statement. */
export function queryResultOf (result: unknown, statement: string): QueryResult {
  if (Array.isArray(result)) {
    return { ...NO_RESULT, rows: result as SqlValue[][] }
  }

  const { affectedRows, info } = result as ResultSetHeader

  if (statement.startsWith('INSERT')) {
    const { inserted, changed } = upserted(affectedRows, info)

    return { ...NO_RESULT, written: inserted + changed, inserted }
  }

  return { ...NO_RESULT, written: affectedRows, matched: Number(/Rows matched: (\d+)/.exec(info)?.[1] ?? 0) }
}

// Flags that the server sends with the end of each statement: include/mysql_com.h.
const SERVER_STATUS_IN_TRANS = 1
const SERVER_STATUS_AUTOCOMMIT = 2

/** Whether what a statement did is not committed yet, by the server's own word: it is in a transaction. Unknown of queries. */
export function isUncommitted (result: unknown): boolean {
  const { serverStatus }: Partial<ResultSetHeader> = Array.isArray(result) ? {} : result as ResultSetHeader

  return serverStatus !== undefined && ((serverStatus & SERVER_STATUS_IN_TRANS) !== 0 || (serverStatus & SERVER_STATUS_AUTOCOMMIT) === 0)
}

// An upsert counts 1 for a row that it inserts and 2 for one that it changes. The latter are its
// "Duplicates", which it tells unless it has one row only.
function upserted (affectedRows: number, info: string): { inserted: number, changed: number } {
  const changed = Number(/Duplicates: (\d+)/.exec(info)?.[1] ?? (affectedRows === 2 ? 1 : 0))

  return { inserted: affectedRows - 2 * changed, changed }
}
