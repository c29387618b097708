import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'

/** Peers that were contacted in a span of time, by who found them. */
export interface FoundBy {
  /** The crawl alone: they never came to us. */
  active: number

  /** Passive discovery alone: no crawl reached them. */
  passive: number

  /** The overlap. */
  both: number
}

/** A span of crawl ids, both ends included: Unix time in seconds. */
export interface CrawlSpan { from: number, to: number }

const CONTACTED = OUTCOME_NAMES.filter(isContacted).map(word => `'${word}'`).join(', ')
const is = (type: string): string => `max(CASE WHEN discovery_type = '${type}' THEN 1 ELSE 0 END)`

/** The question, in the SQL that all databases share. @param scan the scan as SQL: a literal or a placeholder */
export function foundBySql (scan: string, { from, to }: CrawlSpan): string {
  const span = `crawl_id BETWEEN ${String(Math.floor(from))} AND ${String(Math.ceil(to))}`

  return `SELECT coalesce(sum(active * (1 - passive)), 0), coalesce(sum(passive * (1 - active)), 0), coalesce(sum(active * passive), 0)
    FROM (SELECT node_id, ${is('active')} AS active, ${is('passive')} AS passive FROM visit_detail
      WHERE scan = ${scan} AND ${span} AND outcome IN (${CONTACTED}) GROUP BY node_id) AS peers`
}

/** Its answer. */
export function foundByOf ([active, passive, both]: readonly unknown[]): FoundBy {
  return { active: Number(active), passive: Number(passive), both: Number(both) }
}
