import { visitResult } from '../visit/visit-result.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { FrontierPeer } from './frontier/frontier-peer.ts'

/** Why a visit was told to end early. */
export type CutCause = 'watchdog' | 'stall' | 'stopped'

/** A visit that has begun and not ended. */
export interface RunningVisit {
  readonly peer: FrontierPeer
  readonly controller: AbortController

  /** Wall clock, epoch milliseconds. */
  readonly startedAtMs: number

  /** By the monotonic clock. */
  readonly sinceMs: number

  /** What this process had lost in all by standing still when the visit began, in milliseconds. */
  readonly lostBeforeMs: number

  /** How much longer than its limit the visit may take, since this process stood still meanwhile. */
  allowanceMs?: number

  cut?: { cause: CutCause, atMs: number }
}

/** How far past its limit a visit may be before it is told to end, in milliseconds. */
const CUT_AFTER_MS = 1_000

/** How long a visit may take to end after it is told to, in milliseconds. */
const ABANDON_AFTER_MS = 4_000

const CUT_DETAIL = {
  watchdog: 'ended by the watchdog: the visit outlived its limit',
  stall: 'ended by the stall detector: no visit of the crawl ended for long',
  stopped: 'the crawl stopped'
} as const

/**
 * The visits that run, and the watchdog over them: one that outlives its limit is told to end, and one
 * that does not is abandoned, so that no fault of a visitor holds a slot for ever. Swept once a second
 * instead of by a timer for each visit.
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

  /** Visits abandoned that still have not ended. */
  get lingering (): number {
    return this.#abandoned.size
  }

  /** Visits that the watchdog told to end. */
  get watchdogCuts (): number {
    return this.#watchdogCuts
  }

  start (visit: RunningVisit): void {
    this.#visits.add(visit)
  }

  /** Notes the end of a visit; false when it was abandoned before. */
  end (visit: RunningVisit): boolean {
    this.#abandoned.delete(visit)

    return this.#visits.delete(visit)
  }

  /** Tells all visits to end. */
  cutAll (cause: CutCause, nowMs: number): void {
    for (const visit of this.#visits) {
      cut(visit, cause, nowMs)
    }
  }

  /** This process stood still: visits get that time once more, and their deadlines as much beyond it. */
  allow (lostMs: number): void {
    for (const visit of this.#visits) {
      visit.allowanceMs = (visit.allowanceMs ?? 0) + 2 * lostMs

      if (visit.cut !== undefined) {
        visit.cut.atMs += lostMs
      }
    }
  }

  /** Tells overdue visits to end. Abandons those that did not though told to, and returns them. */
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

/** The visit's result. A peer on which we lost patience has timed out; `aborted` is kept for a crawl that stopped. */
export function resultOf ({ cut }: RunningVisit, result: VisitResult): VisitResult {
  return result.outcome === 'aborted' && cut !== undefined && cut.cause !== 'stopped'
    ? { ...result, outcome: 'timeout', detail: CUT_DETAIL[cut.cause] }
    : result
}

/** What stands for the result of a visit that never ended. */
export function abandonedResult ({ startedAtMs, sinceMs, cut }: RunningVisit, nowMs: number): VisitResult {
  const cause = cut?.cause ?? 'watchdog'

  return visitResult({ startedAtMs, durationMs: nowMs - sinceMs }, { outcome: cause === 'stopped' ? 'aborted' : 'timeout', detail: CUT_DETAIL[cause] })
}
