// What a write leaves for the derivation of sessions: the crawls that it touched. Passive visits make no sessions.
import { compareBytes } from '../model/safe-text.ts'
import type { ChangedCrawl } from '../model/session-store.ts'
import type { VisitRow } from '../model/visit-row.ts'

/** The crawls of active visits, each once, in one order for all writers. */
export function changedCrawlsOf (visits: readonly Pick<VisitRow, 'scan' | 'crawlId' | 'discoveryType'>[]): ChangedCrawl[] {
  const crawls = new Map<string, ChangedCrawl>()

  for (const { scan, crawlId, discoveryType } of visits) {
    if (discoveryType === 'active') {
      crawls.set(`${scan}\0${String(crawlId)}`, { scan, crawlId, isCrawl: false })
    }
  }

  return [...crawls.values()].sort((a, b) => a.crawlId - b.crawlId || compareBytes(a.scan, b.scan))
}
