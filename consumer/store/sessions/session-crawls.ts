import type { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { SessionCrawl } from '../model/session.ts'

/** The query for crawls, to be read with {@link sessionCrawlsFrom}. A crawl that contacted nobody shows nothing about the peers: our own network was down. */
export const SESSION_CRAWLS = `SELECT scan, network, COALESCE(vantage, '') AS vantage, crawl_id,
  CASE WHEN state = 'finished' AND COALESCE(disturbed, 0) = 0 AND COALESCE(contacted, 1) > 0 THEN 1 ELSE 0 END AS is_conclusive,
  COALESCE(confirmations_left_out, 0) AS left_out FROM crawl`

/** Crawls from their rows. @throws ProbeError of the reader */
export function sessionCrawlsFrom (rows: readonly (readonly unknown[])[], read: ColumnReader): SessionCrawl[] {
  return rows.map(([scan, network, vantage, crawlId, isConclusive, leftOut]) => ({
    scan: read.text(scan, 'scan'),
    network: read.text(network, 'network'),
    vantage: read.text(vantage, 'vantage'),
    crawlId: read.number(crawlId, 'crawl_id'),
    isConclusive: read.number(isConclusive, 'state') === 1,
    isUnchecked: read.number(leftOut, 'confirmations_left_out') > 0
  }))
}
