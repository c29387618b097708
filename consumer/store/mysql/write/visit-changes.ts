import { minuteOf } from '../../model/visit-changes.ts'
import { quote } from '../server/sql-text.ts'
import type { VisitChange } from '../../model/visit-changes.ts'

/** Statements that write down which crawls got visits, within the transaction that writes these. One that is there stays as it is. */
export function writeVisitChanges (changes: readonly VisitChange[], nowMs: number): string[] {
  return changes.map(({ scan, crawlId, startedSinceMs }) => `INSERT IGNORE INTO visit_change (changed_minute, crawl_id, scan, started_minute)
    VALUES (${[minuteOf(nowMs), crawlId, quote(scan), minuteOf(startedSinceMs)].join()})`)
}
