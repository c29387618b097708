import type { Outcome } from '../../../core/contracts/outcome.ts'

/**
 * One uninterrupted presence of a peer, as the visits of one vantage show it. Its length is at least `lastOkMs - firstOkMs` and at
 * most `firstFailMs - absentBeforeMs`. Times are epoch milliseconds, of the start of a visit.
 */
export interface Session {
  nodeId: string
  network: string

  /** Empty where the scan has none. */
  vantage: string

  firstOkMs: number
  lastOkMs: number

  /** Last failed visit before the session; null where it is unknown when the session began. */
  absentBeforeMs: number | null

  /** First failed visit after the session; null where it is unknown when the session ended, or whether it has. */
  firstFailMs: number | null

  /**
   * Visits from `firstOkMs` to `lastOkMs` that tell whether the peer was there; those that failed; and those of the latter after which
   * the same crawl contacted the peer.
   */
  probes: number
  failures: number
  recovered: number

  /** Outcome of the visit at `firstFailMs`. */
  endOutcome: Outcome | null
}

/** What the derivation of sessions reads of an active visit. */
export interface SessionVisit {
  startedAtMs: number
  scanId: number
  crawlId: number
  attempt: number
  outcome: Outcome
}

/** A scan as visits refer to it. */
export interface VisitScan {
  scanId: number
  scan: string
  network: string
  vantage: string
}

/** What the derivation of sessions reads of a crawl. */
export interface SessionCrawl {
  scan: string
  network: string
  vantage: string
  crawlId: number

  /** Whether it finished and its process was never suspended: a peer that it did not contact was absent. */
  isConclusive: boolean

  /** Whether it left confirmations out: one failure of a peer may be a failed dial. @default false */
  isUnchecked?: boolean
}
