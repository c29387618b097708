// Watches the visits of one crawl: visits that take too long, stalls in which no visit ends, and standstills of this
// process. The time of a standstill does not count toward any limit.
import { excused, mayBeIncomplete, MAX_REPEATS } from './disturbed-visit.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Standstill } from '../../core/time/standstill.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { CrawlTroubles } from './crawl-report.ts'
import type { RunningVisit, VisitsInFlight } from './visits-in-flight.ts'

/** Silence after which all visits in flight are aborted, in milliseconds. */
export const STALL_MS = 30_000

export interface VisitWatchDeps {
  clock: Clock

  /** Standstills of this process. */
  standstill: Standstill
}

/** Watches the visits of one crawl. */
export class VisitWatch {
  readonly #deps: VisitWatchDeps
  readonly #inFlight: VisitsInFlight
  readonly #lostBeforeMs: number
  readonly #timesBefore: number
  #allowedMs: number
  #progressMs: number
  #stalls = 0
  #repeatedVisits = 0

  constructor (deps: VisitWatchDeps, inFlight: VisitsInFlight) {
    const { clock, standstill } = deps
    this.#deps = deps
    this.#inFlight = inFlight
    this.#lostBeforeMs = this.#allowedMs = standstill.lostMs
    this.#timesBefore = standstill.times
    this.#progressMs = clock.monotonic()
  }

  /** Length of standstills since the crawl began, in milliseconds. */
  get lostMs (): number {
    return this.#deps.standstill.lostMs - this.#lostBeforeMs
  }

  /** The problems so far. */
  troubles (): CrawlTroubles {
    const { lostMs } = this
    const standstills = this.#deps.standstill.times - this.#timesBefore

    return { watchdogCuts: this.#inFlight.watchdogCuts, stalls: this.#stalls, lostMs, standstills, repeatedVisits: this.#repeatedVisits }
  }

  /** A visit ended or starts. */
  progressed (isFirst = true): void {
    this.#progressMs = isFirst ? this.#deps.clock.monotonic() : this.#progressMs
  }

  /** Aborts visits that take too long; returns abandoned visits, which did not end after their abort. */
  tick (nowMs: number): RunningVisit[] {
    const { lostMs } = this.#deps.standstill
    const newMs = lostMs - this.#allowedMs
    this.#allowedMs = lostMs
    this.#progressMs += newMs
    this.#inFlight.allow(newMs)

    if (this.#inFlight.size > 0 && nowMs - this.#progressMs >= STALL_MS) {
      this.#stalls++
      this.#progressMs = nowMs
      this.#inFlight.cutAll('stall', nowMs)
    }

    return this.#inFlight.sweep(nowMs)
  }

  /** The result to record for a visit. Undefined if the visit must be repeated because of a standstill. @param mayRepeat whether the visit may be repeated */
  judge ({ peer, lostBeforeMs }: RunningVisit, report: VisitResult, mayRepeat: boolean): VisitResult | undefined {
    const lostMs = this.#deps.standstill.lostMs - lostBeforeMs
    this.progressed()

    if (lostMs === 0) {
      return report
    }
    if (!mayRepeat || peer.repeats >= MAX_REPEATS || !mayBeIncomplete(report)) {
      return excused(report, lostMs)
    }

    this.#repeatedVisits++

    return undefined
  }
}
