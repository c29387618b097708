import type { CrawlReport } from '../../../crawler/engine/crawl-report.ts'

/** The report of a crawl of ten peers, of which six were contacted. */
export function crawlReport (more: Partial<CrawlReport>): CrawlReport {
  const none = { top: [], other: 0 }

  return {
    crawlId: 1,
    strategy: 'Census',
    end: 'complete',
    startedAtMs: 1_000,
    finishedAtMs: 3_500,
    totals: { discovered: 10, visited: 9, contacted: 6, dhtServers: 5, unpublished: 2, refusedPeers: 1, outcomes: { ok: 5, identified: 1, timeout: 3 } },
    thirdQuestion: false,
    distributions: { agentVersions: none, protocols: none, transports: { top: [{ value: 'tcp', count: 6 }], other: 0 }, listenTransports: none, addressFamilies: { top: [{ value: 'ip4', count: 6 }], other: 0 } },
    kad: { spoken: ['/lab/kad/1.0.0'], answering: 5, others: { wide: 1, counts: [] } },
    gonePeers: 0,
    bootstrapPeers: 2,
    confirmations: 0,
    confirmationsLeftOut: 0,
    population: [],
    watchdogCuts: 0,
    stalls: 0,
    lostMs: 0,
    standstills: 0,
    repeatedVisits: 0,
    ...more
  }
}
