import { z } from 'zod'
import { CrawlFinding, CrawlTotals } from './crawl.ts'
import { OUTCOME_NAMES } from './outcome.ts'
import { CrawlId, Timestamp } from './visit.ts'

const Count = z.int().min(0)

/** What a crawler says at `/status`: read by the local runner and by the operator. */
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
    contacted: Count,
    outcomes: z.partialRecord(z.enum(OUTCOME_NAMES), Count),
    elapsedMs: z.number(),

    /** Milliseconds that the process stood still since the crawl began: it is disturbed where that is more than zero. */
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

    /** Whether the process stood still during the crawl, and for how many milliseconds in all. */
    disturbed: z.boolean().default(false),
    lostMs: z.number().default(0),
    totals: CrawlTotals,

    /** Why it is of no use, as an error code and a sentence, where it is not. */
    problem: CrawlFinding.nullable(),

    /** What part of the network it missed, where that is known. */
    warning: CrawlFinding.nullable().optional()
  }).nullable(),

  nextCrawlAt: Timestamp.nullable(),

  /** The last crawl that a person asked for and that has started: when it was asked for, and which one it is. */
  crawlNow: z.object({ requestedAt: Timestamp, crawlId: CrawlId }).nullable().default(null),

  /** The passive node, or null where there is none. */
  passive: z.object({
    peerId: z.string(),
    addresses: z.array(z.string()),
    connections: Count,
    routingTable: Count,

    /** Sightings that were refused since the start, since there were too many in a window. */
    refusedSightings: Count.default(0)
  }).nullable().default(null),

  /** Which disk has nearly no room, or null. Where it is that of the message log, crawls wait. */
  disk: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  publisher: z.object({
    buffered: Count,
    acknowledged: Count,

    /** Messages that were left out, since the topic refuses them as too large. */
    lost: Count,

    /** Why the bus takes nothing at the moment, or null. The crawler is not ready meanwhile. */
    outage: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null)
  })
})

/** {@inheritDoc CrawlerStatus} */
export type CrawlerStatus = z.output<typeof CrawlerStatus>
