// The watch over the visits of one crawl: which of them take too long, when none ends at all, and what this process lost of
// them by standing still. Time that was lost is nobody's silence, and no limit counts it.
import { excused, isSpoilt, MAX_REPEATS } from './spoilt-visit.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Standstill } from '../../core/time/standstill.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { CrawlTroubles } from './crawl-report.ts'
import type { RunningVisit, VisitsInFlight } from './visits-in-flight.ts'

/** Silence after which all visits in flight are told to end, in milliseconds. */
export const STALL_MS = 30_000

export interface VisitWatchDeps {
  clock: Clock

  /** The time that this process has lost. */
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

  /** Milliseconds that the process stood still since the crawl began. */
  get lostMs (): number {
    return this.#deps.standstill.lostMs - this.#lostBeforeMs
  }

  /** What it has noticed so far. */
  troubles (): CrawlTroubles {
    const { lostMs } = this
    const standstills = this.#deps.standstill.times - this.#timesBefore

    return { watchdogCuts: this.#inFlight.watchdogCuts, stalls: this.#stalls, lostMs, standstills, repeatedVisits: this.#repeatedVisits }
  }

  /** A visit ended, or one begins. */
  progressed (isFirst = true): void {
    this.#progressMs = isFirst ? this.#deps.clock.monotonic() : this.#progressMs
  }

  /** Tells visits to end that take too long; returns those that did not although told to. */
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

  /** What a visit is worth: undefined where the peer is to be visited again, if that `mayBe`, since this process stood still meanwhile. */
  judge ({ peer, lostBeforeMs }: RunningVisit, report: VisitResult, mayBe: boolean): VisitResult | undefined {
    const lostMs = this.#deps.standstill.lostMs - lostBeforeMs
    this.progressed()

    if (lostMs === 0) {
      return report
    }
    if (!mayBe || peer.repeats >= MAX_REPEATS || !isSpoilt(report)) {
      return excused(report, lostMs)
    }

    this.#repeatedVisits++

    return undefined
  }
}
