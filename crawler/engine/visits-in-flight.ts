import { visitResult } from '../visit/visit-result.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { Confirmation } from './confirmation/confirmations.ts'
import type { FrontierPeer } from './frontier/frontier-peer.ts'

/** Why a visit was aborted. */
export type CutCause = 'watchdog' | 'stall' | 'stopped'

/** A running visit. */
export interface RunningVisit {
  readonly peer: FrontierPeer

  /** Present if the peer belongs to the sample of the coverage. */
  readonly sampledBucket?: number

  /** Present if the visit checks a failure. */
  readonly confirmation?: Confirmation

  readonly controller: AbortController

  /** Wall clock, epoch milliseconds. */
  readonly startedAtMs: number

  /** Start by the monotonic clock, in milliseconds. */
  readonly sinceMs: number

  /** Total length of standstills before the visit began, in milliseconds. */
  readonly lostBeforeMs: number

  /** How much longer than its limit the visit may take because of standstills, in milliseconds. */
  allowanceMs?: number

  cut?: { cause: CutCause, atMs: number }
}

/** How long after its limit a visit is aborted, in milliseconds. */
const CUT_AFTER_MS = 1_000

/** How long a visit may take to end after its abort, in milliseconds. */
const ABANDON_AFTER_MS = 4_000

const CUT_DETAIL = {
  watchdog: 'ended by the watchdog: the visit exceeded its time limit',
  stall: 'ended by the stall detector: no visit of the crawl had ended for a long time',
  stopped: 'the crawl stopped'
} as const

/**
 * The running visits and their watchdog. A visit that exceeds its limit is aborted. If it does not end then, it is
 * abandoned, so that a broken visitor cannot occupy a slot forever. Checked once a second, instead of by a timer for
 * each visit.
 */
export class VisitsInFlight {
  readonly #visits = new Set<RunningVisit>()
  readonly #abandoned = new Set<RunningVisit>()
  readonly #visitTimeoutMs: number
  #watchdogCuts = 0

  constructor ({ visitTimeoutMs }: { visitTimeoutMs: number }) {
    this.#visitTimeoutMs = visitTimeoutMs
  }

  get size (): number {
    return this.#visits.size
  }

  /** Abandoned visits that still have not ended. */
  get lingering (): number {
    return this.#abandoned.size
  }

  /** Visits that the watchdog aborted. */
  get watchdogCuts (): number {
    return this.#watchdogCuts
  }

  start (visit: RunningVisit): void {
    this.#visits.add(visit)
  }

  /** Records the end of a visit; false if it was abandoned before. */
  end (visit: RunningVisit): boolean {
    this.#abandoned.delete(visit)

    return this.#visits.delete(visit)
  }

  /** Aborts all visits. */
  cutAll (cause: CutCause, nowMs: number): void {
    for (const visit of this.#visits) {
      cut(visit, cause, nowMs)
    }
  }

  /** Extends the limits after a standstill: visits get the lost time again, and their own deadlines the same time after it. */
  allow (lostMs: number): void {
    for (const visit of this.#visits) {
      visit.allowanceMs = (visit.allowanceMs ?? 0) + 2 * lostMs

      if (visit.cut !== undefined) {
        visit.cut.atMs += lostMs
      }
    }
  }

  /** Aborts overdue visits. Abandons those that did not end after their abort, and returns them. */
  sweep (nowMs: number): RunningVisit[] {
    const abandoned: RunningVisit[] = []

    for (const visit of this.#visits) {
      if (visit.cut === undefined && nowMs - visit.sinceMs >= this.#visitTimeoutMs + CUT_AFTER_MS + (visit.allowanceMs ?? 0)) {
        this.#watchdogCuts++
        cut(visit, 'watchdog', nowMs)
      } else if (visit.cut !== undefined && nowMs - visit.cut.atMs >= ABANDON_AFTER_MS) {
        this.#visits.delete(visit)
        this.#abandoned.add(visit)
        abandoned.push(visit)
      }
    }

    return abandoned
  }
}

function cut (visit: RunningVisit, cause: CutCause, atMs: number): void {
  if (visit.cut === undefined) {
    visit.cut = { cause, atMs }
    visit.controller.abort()
  }
}

/** The visit's result. If the watchdog or the stall detector aborted it, the outcome is `timeout`; `aborted` means that the crawl stopped. */
export function resultOf ({ cut }: RunningVisit, result: VisitResult): VisitResult {
  return result.outcome === 'aborted' && cut !== undefined && cut.cause !== 'stopped'
    ? { ...result, outcome: 'timeout', detail: CUT_DETAIL[cut.cause] }
    : result
}

/** The result of an abandoned visit. */
export function abandonedResult ({ startedAtMs, sinceMs, cut }: RunningVisit, nowMs: number): VisitResult {
  const cause = cut?.cause ?? 'watchdog'

  return visitResult({ startedAtMs, durationMs: nowMs - sinceMs }, { outcome: cause === 'stopped' ? 'aborted' : 'timeout', detail: CUT_DETAIL[cause] })
}
