import { z } from 'zod'
import { OUTCOME_NAMES } from './outcome.ts'
import { CrawlId, ScanId, Timestamp } from './visit.ts'

/** CloudEvents type of a {@link Crawl} message. */
export const CRAWL_TYPE = 'dev.peerprobe.crawl.v1'

/** Values kept in each distribution; the rest is one number. */
export const TOP_VALUES = 200

const Count = z.int().min(0).max(4_294_967_295)

/** How many peers have each value: the most frequent ones, and the sum of the rest. */
export const Distribution = z.object({
  top: z.array(z.object({ value: z.string().max(256), count: Count })).max(TOP_VALUES).describe('Most frequent values first.'),
  other: Count.describe('Sum of the counts of all other values.')
})

/** {@inheritDoc Distribution} */
export type Distribution = z.output<typeof Distribution>

/** Totals of one crawl. Each peer counts once, by its last visit. */
export const CrawlTotals = z.object({
  discovered: Count.describe('Distinct peers named by anyone.'),
  visited: Count.describe('Distinct peers visited.'),
  contacted: Count.describe('Peers to which a secured connection stood.'),
  dhtServers: Count.describe('Contacted peers that serve the DHT.'),
  unpublished: Count.describe('Visits of uncontacted peers beyond the limit, counted and not published.'),
  refusedPeers: Count.describe('Peers named beyond the limits of one referrer or of the crawl, not visited.'),
  outcomes: z.partialRecord(z.enum(OUTCOME_NAMES), Count).describe('Peers by outcome.')
})

/** {@inheritDoc CrawlTotals} */
export type CrawlTotals = z.output<typeof CrawlTotals>

/** Something to know about a crawl: a code of the error table, and what it means here in a sentence. */
export const CrawlFinding = z.object({
  code: z.string().max(64).describe('A code of the error table.'),
  message: z.string().max(4_096).describe('What it means here, and what to do.')
})

/** {@inheritDoc CrawlFinding} */
export type CrawlFinding = z.output<typeof CrawlFinding>

const Quantile = z.number().min(0).max(86_400_000)

/** The life of one crawl: when it started, and once it ended, what it saw. Keyed by scan. */
export const Crawl = z.object({
  version: z.literal(1).describe('Version of this message.'),
  scan: ScanId.describe('The scan that crawls: namespace/probe/scan.'),
  network: z.string().max(64).describe('Preset name, or the custom network\'s name.'),
  vantage: z.string().max(64).optional().describe('Where the network was seen from.'),
  crawlId: CrawlId.describe('Start of the crawl in epoch seconds.'),
  strategy: z.enum(['Census', 'Topology']).describe('Which questions each peer was asked.'),
  state: z.enum(['started', 'finished', 'aborted']).describe('A later crawl\'s `started` marks an unfinished crawl of the scan aborted.'),
  startedAt: Timestamp.describe('Start by the crawler\'s clock.'),
  finishedAt: Timestamp.optional().describe('End; absent in `started`.'),
  disturbed: z.boolean().optional().describe('Whether the crawling process stood still for more than a second at a time: it was stopped, had no CPU time, or its machine slept. What was visited then was visited again, but peers that only then could be reached may be missing. Absent in `started`.'),
  lostMs: z.number().min(0).optional().describe('How long it stood still in all, in milliseconds. Absent in `started`.'),
  totals: CrawlTotals.optional().describe('Absent in `started`.'),
  shortenedVisits: Count.optional().describe('Visits published without lists and identify, since peers of their subnet or all together said more than a crawl publishes. Absent in `started`.'),
  withheldVisits: Count.optional().describe('Visits that for the same cause were only counted. Absent in `started`.'),
  distributions: z.object({
    agentVersions: Distribution,
    protocols: Distribution,
    transports: Distribution.describe('What carried our connections; each peer counts once.'),
    listenTransports: Distribution.optional().describe('What the addresses at which peers say they listen are for, dialled or not; each peer counts once for each.'),
    addressFamilies: Distribution
  }).optional().describe('Over contacted peers; absent in `started`.'),
  latencyMs: z.object({ p50: Quantile, p90: Quantile, p99: Quantile }).optional().describe('Round-trip times over contacted peers, where any was measured.'),
  latencyErrorMs: z.object({ p50: Quantile, p90: Quantile, p99: Quantile }).optional().describe('How much shorter they may have been, since the crawling process was busy when an answer came.'),
  problem: CrawlFinding.optional().describe('Why the crawl is of no use, where it is not.'),
  warning: CrawlFinding.optional().describe('What part of the network the crawl missed, where that is known.')
}).describe('The life of one crawl.')

/** {@inheritDoc Crawl} */
export type Crawl = z.output<typeof Crawl>
