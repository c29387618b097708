import { quote } from '../server/sql-text.ts'
import type { ChangedCrawl } from '../../model/session-store.ts'

/**
 * Statements that write down crawls whose sessions must be derived again, within the transaction that writes them. They read the
 * generation in share mode: a derivation that begins the next one waits for this transaction.
 */
export function markChanged (crawls: readonly ChangedCrawl[]): string[] {
  return crawls.map(({ scan, crawlId, isCrawl }) => `INSERT IGNORE INTO session_change (generation, scan, crawl_id, is_crawl)
    SELECT generation, ${quote(scan)}, ${String(crawlId)}, ${String(Number(isCrawl))} FROM session_state WHERE id = 1 LOCK IN SHARE MODE`)
}
