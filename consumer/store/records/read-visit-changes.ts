import { minuteOf } from '../model/visit-changes.ts'
import type { VisitChange, VisitChangeQuery } from '../model/visit-changes.ts'
import type { RecordDialect } from './record-dialect.ts'

const MINUTE_MS = 60_000

type ChangesDialect = Pick<RecordDialect, 'read' | 'after' | 'query'>

/** A page of crawls whose visits were written at a time or later, by crawl and scan. @throws errors of the database */
export async function readVisitChanges ({ read, after: isAfter, query }: ChangesDialect, { sinceMs, after, limit }: VisitChangeQuery): Promise<VisitChange[]> {
  const rest = after === undefined ? '' : ` AND ${isAfter(['crawl_id', 'scan'], [after.crawlId, after.scan])}`
  const since = String(Math.max(0, minuteOf(sinceMs)))
  const rows = await query(`SELECT crawl_id, scan, MIN(started_minute) FROM visit_change WHERE changed_minute >= ${since}${rest}
    GROUP BY crawl_id, scan ORDER BY crawl_id, scan LIMIT ${String(limit)}`)

  return rows.map(([crawlId, scan, minute]) =>
    ({ scan: read.text(scan, 'scan'), crawlId: read.number(crawlId, 'crawl_id'), startedSinceMs: read.number(minute, 'started_minute') * MINUTE_MS }))
}
