import type { Coverage, CoverageGap } from '../../core/contracts/coverage.ts'
import type { CrawlTotals } from '../../core/contracts/crawl.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Strategy } from '../dht/visit-target.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { CoverageOptions } from './coverage/crawl-coverage.ts'
import type { KnownPeer } from './frontier/known-peer.ts'
import type { OtherProtocols } from './frontier/unqueried-peers.ts'
import type { Distributions } from './population/population-profile.ts'
import type { Quantiles } from './population/quantiles.ts'

/** Settings of one crawl. */
export interface CrawlOptions extends CoverageOptions {
  /** Start in epoch seconds, unique in the scan. */
  crawlId: number

  /** Number of earlier crawls; rotates the buckets of a Census. */
  crawlNumber: number

  /** Whether each peer is asked for a second bucket. @default false */
  asksThird?: boolean

  /** Most visits in flight. */
  concurrency: number

  /** After this time no visit starts, and visits in flight are aborted. */
  maxDurationMs: number

  /** The visitor's own time limit; the watchdog acts a second later. */
  visitTimeoutMs: number

  /**
   * Time from a failure to each confirmation, in milliseconds, for peers that the crawl before contacted. If not
   * empty, gone peers are kept in mind for a day. @default none
   */
  confirmAfterMs?: readonly number[]
}

/** The peers that a crawl starts from. A peer in several lists counts for the first of them. */
export interface CrawlSeeds {
  bootstrap: readonly PeerRecord[]

  /** Peers connected to the passive node. */
  connected: readonly PeerRecord[]

  /** The population of the last crawl, with gone peers that are not due in this one. */
  known: readonly KnownPeer[]
}

/** Visits of a crawl that checked failures. */
export interface ConfirmationCounts {
  /** Confirmations so far. */
  confirmations: number

  /** Failures left out: confirmations had their share of the visits, or the crawl ended first. */
  confirmationsLeftOut: number
}

/** DHT protocols that a crawl found. */
export interface KadFindings {
  /** Protocols used for queries at the end of the crawl. */
  spoken: readonly string[]

  /** Peers that gave at least one usable answer. */
  answering: number

  /** Protocols of peers that serve none of these. */
  others: OtherProtocols
}

/** Why a crawl ended: no peers left, time limit, or abort signal. */
export type CrawlEnd = 'complete' | 'max-duration' | 'aborted'

/** Problems of a crawl that the remotes did not cause. */
export interface CrawlTroubles {
  /** Visits that exceeded their limit and were aborted by the watchdog. */
  watchdogCuts: number

  /** Stalls: times when no visit ended for long, and all visits in flight were aborted. */
  stalls: number

  /** Total length of standstills of this process, in milliseconds. If above zero, the crawl is disturbed. */
  lostMs: number

  /** Number of standstills. */
  standstills: number

  /** Visits repeated because of a standstill. */
  repeatedVisits: number
}

/** The result of a crawl. */
export interface CrawlReport extends CrawlTroubles, ConfirmationCounts {
  crawlId: number
  strategy: Strategy
  end: CrawlEnd

  /** Epoch milliseconds. */
  startedAtMs: number

  /** Epoch milliseconds. */
  finishedAtMs: number

  totals: CrawlTotals

  /** Gone peers that were visited, did not answer and were not announced: they are not part of the totals. */
  gonePeers: number

  /** Bootstrap peers that were contacted. */
  bootstrapPeers: number

  /** What share of the network the crawl found; or why that is not known. */
  coverage?: Coverage
  coverageGap?: CoverageGap

  /** Whether each peer was asked for a second bucket. */
  thirdQuestion: boolean

  distributions: Distributions
  latencyMs?: Quantiles
  latencyErrorMs?: Quantiles

  /** The DHT protocols of the network and its peers; absent if the visitor does not report them. */
  kad?: KadFindings

  /** Seeds of the next crawl. */
  population: KnownPeer[]
}

/** A crawl in progress. */
export interface CrawlStatus extends CrawlTroubles, ConfirmationCounts {
  crawlId: number
  strategy: Strategy
  elapsedMs: number
  queued: number
  inFlight: number
  done: number

  /** The current limit of visits in flight: as many as the process can serve, at most the scan's concurrency. */
  slots: number

  /** Failures that are still to be checked. */
  unconfirmed: number

  found: number
  refused: number
  byOutcome: Partial<Record<Outcome, number>>

  /** Completed visits per second, over the last ten seconds. */
  visitsPerSecond: number

  /** Whether the crawl waits because the sink of its visits is full. */
  waitingForSink: boolean
}
