import { minuteOf } from '../model/visit-changes.ts'
import type { VisitChange } from '../model/visit-changes.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Writes down which crawls got visits. */
export class VisitChangeWriter {
  readonly #insert: StatementSync

  constructor (database: DatabaseSync) {
    this.#insert = database.prepare('INSERT OR IGNORE INTO visit_change (changed_minute, crawl_id, scan, started_minute) VALUES (?, ?, ?, ?)')
  }

  /** Within the transaction that writes the visits. */
  write (changes: readonly VisitChange[], nowMs: number): void {
    for (const { scan, crawlId, startedSinceMs } of changes) {
      this.#insert.run(minuteOf(nowMs), crawlId, scan, minuteOf(startedSinceMs))
    }
  }
}
