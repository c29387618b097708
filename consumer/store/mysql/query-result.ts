import type { ResultSetHeader } from 'mysql2'

/** A value as the server sends it; times are text, in UTC. */
export type SqlValue = string | number | null

/** What one statement gave. */
export interface QueryResult {
  /** Rows of a query, each with its values in order; none for other statements. */
  rows: readonly (readonly SqlValue[])[]

  /** Rows inserted or changed; rows that were as they should be already are not counted. */
  written: number
}

/** What the driver gave for one statement. */
export function queryResultOf (result: unknown, statement: string): QueryResult {
  if (Array.isArray(result)) {
    return { rows: result as SqlValue[][], written: 0 }
  }

  const { affectedRows, info } = result as ResultSetHeader

  return { rows: [], written: statement.startsWith('INSERT') ? upserted(affectedRows, info) : affectedRows }
}

// An upsert counts 1 for a row that it inserts and 2 for one that it changes. The latter are its
// "Duplicates", which it tells unless it has one row only.
function upserted (affectedRows: number, info: string): number {
  const changed = /Duplicates: (\d+)/.exec(info)?.[1]

  return changed === undefined ? Math.min(affectedRows, 1) : affectedRows - Number(changed)
}
