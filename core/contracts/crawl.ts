import { z } from 'zod'
import { Coverage, COVERAGE_GAP_NAMES, COVERAGE_GAPS } from './coverage.ts'
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
  discovered: Count.describe('Distinct peers that were announced by any peer or that the crawl started from, without `gonePeers`.'),
  visited: Count.describe('Distinct peers visited.'),
  contacted: Count.describe('Peers to which a secured connection was established.'),
  dhtServers: Count.describe('Contacted peers that serve the DHT.'),
  unpublished: Count.describe('Visits of uncontacted peers beyond the limit, counted and not published.'),
  refusedPeers: Count.describe('Peers announced beyond the limits of one referrer or of the crawl, not visited.'),
  outcomes: z.partialRecord(z.enum(OUTCOME_NAMES), Count).describe('Peers by outcome.')
})

/** {@inheritDoc CrawlTotals} */
export type CrawlTotals = z.output<typeof CrawlTotals>

/** A problem of a crawl: a code of the error table, and its explanation. */
export const CrawlFinding = z.object({
  code: z.string().max(64).describe('A code of the error table.'),
  message: z.string().max(4_096).describe('Explanation, and what to do.')
})

/** {@inheritDoc CrawlFinding} */
export type CrawlFinding = z.output<typeof CrawlFinding>

const Quantile = z.number().min(0).max(86_400_000)

/** State and results of one crawl. Keyed by scan. */
export const Crawl = z.object({
  version: z.literal(1).describe('Version of this message.'),
  scan: ScanId.describe('The scan that crawls: namespace/probe/scan.'),
  network: z.string().max(64).describe('Preset name, or the custom network\'s name.'),
  vantage: z.string().max(64).optional().describe('Place from which the network was crawled.'),
  crawlId: CrawlId.describe('Start of the crawl in epoch seconds.'),
  strategy: z.enum(['Census', 'Topology']).describe('Which queries each peer was sent.'),
  state: z.enum(['started', 'finished', 'aborted']).describe('A later crawl\'s `started` marks an unfinished crawl of the scan aborted.'),
  startedAt: Timestamp.describe('Start by the crawler\'s clock.'),
  finishedAt: Timestamp.optional().describe('End; absent in `started`.'),
  disturbed: z.boolean().optional().describe('Whether the crawler\'s process was suspended for more than a second at a time: it was stopped, had no CPU time, or its machine slept. Visits of that time were repeated, but peers that were only reachable then may be missing. Absent in `started`.'),
  lostMs: z.number().min(0).optional().describe('Total time of suspension, in milliseconds. Absent in `started`.'),
  totals: CrawlTotals.optional().describe('Absent in `started`.'),
  shortenedVisits: Count.optional().describe('Visits published without lists and identify, because the data of their subnet or of all peers exceeded the limit of a crawl. Absent in `started`.'),
  withheldVisits: Count.optional().describe('Visits counted and not published, for the same reason. Absent in `started`.'),
  confirmations: Count.optional().describe('Visits that checked the failure of a peer that the crawl before contacted. Absent in `started`.'),
  confirmationsLeftOut: Count.optional().describe('Peers whose failure was not checked as often as intended, because confirmations had their share of the visits or the crawl ended first. Absent in `started`.'),
  gonePeers: Count.optional().describe('Peers of earlier crawls that did not answer again and that no peer announced: visited, and not part of the totals. Absent in `started`.'),
  coverage: Coverage.optional().describe('What share of the network the crawl found. Absent where it is not known: `coverageGap` says why.'),
  coverageGap: z.enum(COVERAGE_GAP_NAMES).optional().describe(`Why the coverage is not known: ${Object.entries(COVERAGE_GAPS).map(([gap, meaning]) => `${gap} (${meaning})`).join(', ')}. Absent in \`started\`, and where there is a coverage.`),
  thirdQuestion: z.boolean().optional().describe('Whether each peer was asked for a second bucket, because an earlier crawl found less than 99 % of the network. Absent in `started`.'),
  distributions: z.object({
    agentVersions: Distribution,
    protocols: Distribution,
    transports: Distribution.describe('Transports of our connections; each peer counts once.'),
    listenTransports: Distribution.optional().describe('Transports of the addresses that peers announce, dialled or not; each peer counts once for each.'),
    addressFamilies: Distribution,
    countries: Distribution.optional().describe('Countries of the peers by ISO 3166-1 alpha-2 code; `unknown` are those of no known place. Each peer counts once. Absent if the crawler has no file with countries.'),
    systems: Distribution.optional().describe('Autonomous systems of the peers, such as `AS13335`, or `unknown`. Absent if the crawler has no file with autonomous systems.'),
    clouds: Distribution.optional().describe('Clouds of the peers: names of `crawler/places/clouds.yaml`, `none` or `unknown`. Absent together with `systems`.'),
    placeSources: Distribution.optional().describe('Peers by the place files that know their addresses, as in the visit\'s `place.source`: name these files where you publish the places. Absent if no file knows any.')
  }).optional().describe('Over contacted peers; absent in `started`.'),
  latencyMs: z.object({ p50: Quantile, p90: Quantile, p99: Quantile }).optional().describe('Round-trip times over contacted peers, where any was measured.'),
  latencyErrorMs: z.object({ p50: Quantile, p90: Quantile, p99: Quantile }).optional().describe('By how much the true times may be shorter, because the crawler was busy when an answer arrived.'),
  problem: CrawlFinding.optional().describe('Why the crawl is unusable, if it is.'),
  warning: CrawlFinding.optional().describe('The part of the network that the crawl missed, if known.')
}).describe('State and results of one crawl.')

/** {@inheritDoc Crawl} */
export type Crawl = z.output<typeof Crawl>
