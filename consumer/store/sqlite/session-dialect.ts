import { ProbeError } from '../../../core/errors.ts'
import { inTransaction } from '../../../core/files/sqlite.ts'
import { SQLITE_RECORDS } from './record-dialect.ts'
import { asStoreError } from './store-error.ts'
import type { ChangedCrawl } from '../model/session-store.ts'
import type { SessionDialect, WriteGuard } from '../sessions/session-dialect.ts'
import type { DatabaseSync } from 'node:sqlite'

/** How sessions are read and written in a file. @param requireRoom throws where the file must not grow */
export function sqliteSessions (database: DatabaseSync, path: string, requireRoom: () => void): SessionDialect {
  const query = (sql: string): readonly (readonly unknown[])[] => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)

    return statement.all().map(row => Object.values(row))
  }
  const run = async <T>(work: () => T): Promise<T> => await Promise.try(() => {
    try {
      return work()
    } catch (err) {
      throw asStoreError(err, path)
    }
  })

  return {
    ...SQLITE_RECORDS,
    byPeer: 'INDEXED BY visit_by_peer',
    query: async sql => await run(() => query(sql)),
    write: async (statements, guard) => await run(() => {
      requireRoom()

      return inTransaction(database, () => {
        requireGuard(guard, guard === undefined ? undefined : query(guard.sql)[0]?.[0])

        return statements.map(statement => Number(database.prepare(statement).run().changes))
      })
    })
  }
}

function requireGuard (guard: WriteGuard | undefined, found: unknown): void {
  if (guard !== undefined && found !== guard.expected) {
    throw new ProbeError('PP_STORE_CONFLICT', 'another derivation of sessions has begun: this one ends, and that one goes on')
  }
}

/** Writes down a crawl whose sessions must be derived again, within the transaction that writes it. */
export function markChanged (database: DatabaseSync, { scan, crawlId, isCrawl }: ChangedCrawl): void {
  database.prepare('INSERT OR IGNORE INTO session_change (generation, scan, crawl_id, is_crawl) SELECT generation, ?, ?, ? FROM session_state').run(scan, crawlId, Number(isCrawl))
}
