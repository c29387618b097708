import type { CrawlTotals } from '../../core/contracts/crawl.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { QueryPlan } from '../dht/visit-target.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { KnownPeer } from './frontier/known-peer.ts'
import type { OtherProtocols } from './frontier/unasked-peers.ts'
import type { Distributions } from './population/population-profile.ts'
import type { Quantiles } from './population/quantiles.ts'

/** Settings of one crawl. */
export interface CrawlOptions {
  /** Start in epoch seconds, unique in the scan. */
  crawlId: number

  /** How many crawls came before; rotates the questions of a Census. */
  crawlNumber: number

  strategy: QueryPlan['strategy']

  /** Visits in flight at most. */
  concurrency: number

  /** Peers visited at most. */
  maxPeers: number

  /** After this time nothing more is begun, and what is in flight is aborted. */
  maxDurationMs: number

  /** The limit that the visitor keeps by itself; the watchdog acts a second later. */
  visitTimeoutMs: number
}

/** Where a crawl starts. A peer in several lists counts as in the first of them. */
export interface CrawlSeeds {
  bootstrap: readonly PeerRecord[]

  /** Peers connected to the passive node. */
  connected: readonly PeerRecord[]

  /** The population of the crawl before. */
  known: readonly KnownPeer[]
}

/** What a crawl found out about DHT protocols. */
export interface KadFindings {
  /** By which peers were asked, at the end. */
  spoken: readonly string[]

  /** Peers that gave a usable answer to any question. */
  answering: number

  /** What peers list that serve none of these. */
  others: OtherProtocols
}

/** Why a crawl ended: nothing was left, its time was up, or its signal aborted. */
export type CrawlEnd = 'complete' | 'max-duration' | 'aborted'

/** What went wrong in a crawl, by our own doing or by nobody's. */
export interface CrawlTroubles {
  /** Visits that outlived their limit and were told to end. */
  watchdogCuts: number

  /** Times that nothing ended for long, and all visits in flight were told to end. */
  stalls: number

  /** Milliseconds that this process stood still for. The crawl is disturbed where it is more than zero. */
  lostMs: number

  /** Times that it did. */
  standstills: number

  /** Visits that were repeated for that reason. */
  repeatedVisits: number
}

/** What a crawl found out. */
export interface CrawlReport extends CrawlTroubles {
  crawlId: number
  strategy: QueryPlan['strategy']
  end: CrawlEnd

  /** Epoch milliseconds. */
  startedAtMs: number

  /** Epoch milliseconds. */
  finishedAtMs: number

  totals: CrawlTotals
  distributions: Distributions
  latencyMs?: Quantiles
  latencyErrorMs?: Quantiles

  /** The DHT protocols of the network, and of its peers; absent where visits do not say by which they ask. */
  kad?: KadFindings

  /** Seeds of the next crawl. */
  population: KnownPeer[]
}

/** A crawl in progress. */
export interface CrawlStatus extends CrawlTroubles {
  crawlId: number
  strategy: QueryPlan['strategy']
  elapsedMs: number
  queued: number
  inFlight: number
  done: number

  /** How many visits may be in flight at this moment: as many as the process can serve, the scan's concurrency at most. */
  slots: number

  found: number
  refused: number
  byOutcome: Partial<Record<Outcome, number>>

  /** Visits ended per second, over the last ten seconds. */
  visitsPerSecond: number

  /** Whether the crawl waits for what takes its visits to have room. */
  waitingForSink: boolean
}
