import type { RecordDialect } from '../records/record-dialect.ts'

/** Where the databases' SQL differs, for sessions. */
export interface SessionDialect extends Pick<RecordDialect, 'read' | 'text' | 'query' | 'epochMs' | 'after'> {
  /** The hint that makes the database read visits by peer and time. */
  byPeer: string

  /**
   * Runs statements in one transaction; returns the rows written by each.
   *
   * @throws ProbeError `PP_STORE_CONFLICT` when the guard does not hold: nothing is written then
   */
  write: (statements: readonly string[], guard?: WriteGuard) => Promise<readonly number[]>
}

/** A condition of a transaction. */
export interface WriteGuard {
  /** A query with one number. */
  sql: string

  expected: number
}
