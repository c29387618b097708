import { z } from 'zod'
import { Coverage, COVERAGE_GAP_NAMES } from './coverage.ts'
import { CrawlFinding, CrawlTotals } from './crawl.ts'
import { OUTCOME_NAMES } from './outcome.ts'
import { CrawlId, Timestamp } from './visit.ts'

const Count = z.int().min(0)

/** Body of a crawler's `/status`, which the local runner and the operator read. */
export const CrawlerStatus = z.object({
  scan: z.string(),
  network: z.string(),

  /** The crawl in progress, or null between two crawls. */
  crawl: z.object({
    crawlId: CrawlId,
    startedAt: Timestamp,
    found: Count,
    queued: Count,
    inFlight: Count,
    done: Count,

    /** Failed peers that will be visited again to confirm the failure; and the confirmations so far. */
    unconfirmed: Count.default(0),
    confirmations: Count.default(0),
    contacted: Count,
    outcomes: z.partialRecord(z.enum(OUTCOME_NAMES), Count),
    elapsedMs: z.number(),

    /** Milliseconds that the process was suspended since the crawl began; if more than zero, the crawl is disturbed. */
    lostMs: z.number().default(0),
    perSecond: z.number()
  }).nullable(),

  /** The last crawl that ended, or null. */
  lastCrawl: z.object({
    crawlId: CrawlId,
    state: z.enum(['finished', 'aborted']),
    startedAt: Timestamp,
    finishedAt: Timestamp,
    durationSeconds: z.number(),

    /** Whether the process was suspended during the crawl, and for how many milliseconds in total. */
    disturbed: z.boolean().default(false),
    lostMs: z.number().default(0),
    totals: CrawlTotals,

    /** Visits that checked failures, and failures that were not checked as often as intended. */
    confirmations: Count.default(0),
    confirmationsLeftOut: Count.default(0),

    /** Gone peers that were visited in vain; not part of the totals. */
    gonePeers: Count.default(0),

    /** What share of the network the crawl found, or why that is not known; and whether each peer was asked a third question. */
    coverage: Coverage.nullable().optional(),
    coverageGap: z.enum(COVERAGE_GAP_NAMES).nullable().optional(),
    thirdQuestion: z.boolean().optional(),

    /** Why the crawl is unusable, as an error code and a sentence, if it is. */
    problem: CrawlFinding.nullable(),

    /** The part of the network that the crawl missed, if known. */
    warning: CrawlFinding.nullable().optional()
  }).nullable(),

  nextCrawlAt: Timestamp.nullable(),

  /** The last crawl that a person asked for and that has started: when it was asked for, and which one it is. */
  crawlNow: z.object({ requestedAt: Timestamp, crawlId: CrawlId }).nullable().default(null),

  /** The passive node, or null if it is disabled. */
  passive: z.object({
    peerId: z.string(),
    addresses: z.array(z.string()),
    connections: Count,
    routingTable: Count,

    /** Sightings refused since the start, because a window had too many. */
    refusedSightings: Count.default(0)
  }).nullable().default(null),

  /** A nearly full disk, or null. Crawls wait if the disk has the message log. */
  disk: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  publisher: z.object({
    buffered: Count,
    acknowledged: Count,

    /** Messages left out because the topic refuses them as too large. */
    lost: Count,

    /** Why the bus accepts no messages at the moment, or null. Meanwhile the crawler is not ready. */
    outage: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null)
  })
})

/** {@inheritDoc CrawlerStatus} */
export type CrawlerStatus = z.output<typeof CrawlerStatus>
