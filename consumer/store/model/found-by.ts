import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import type { ColumnReader } from '../../../core/rows/column-reader.ts'

/** Peers that were contacted in a span of time, by the way they were found. */
export interface FoundBy {
  /** Found by the crawl alone: they never connected to us. */
  active: number

  /** Found by passive discovery alone: no crawl reached them. */
  passive: number

  /** Found by both. */
  both: number
}

/** A span of crawl ids, both ends included: Unix time in seconds. */
export interface CrawlSpan { from: number, to: number }

const CONTACTED = OUTCOME_NAMES.filter(isContacted).map(word => `'${word}'`).join(', ')
const is = (type: string): string => `max(CASE WHEN discovery_type = '${type}' THEN 1 ELSE 0 END)`

/** The query, in SQL that all databases understand. @param scan the scan as SQL: a literal or a placeholder */
export function foundBySql (scan: string, { from, to }: CrawlSpan): string {
  const span = `crawl_id BETWEEN ${String(Math.floor(from))} AND ${String(Math.ceil(to))}`

  return `SELECT coalesce(sum(active * (1 - passive)), 0), coalesce(sum(passive * (1 - active)), 0), coalesce(sum(active * passive), 0)
    FROM (SELECT node_id, ${is('active')} AS active, ${is('passive')} AS passive FROM visit_detail
      WHERE scan = ${scan} AND ${span} AND outcome IN (${CONTACTED}) GROUP BY node_id) AS peers`
}

/** The counts in the one row that the query returns. @throws ProbeError of the reader */
export function foundByFrom ([active, passive, both]: readonly unknown[], read: ColumnReader): FoundBy {
  return { active: read.number(active, 'active'), passive: read.number(passive, 'passive'), both: read.number(both, 'both') }
}
