// Whether this process ran at all. A stopped process, a pod out of CPU time and a machine that slept look to themselves like
// a network that fell silent: all timers are due at once, before anything that arrived meanwhile is read. What tells
// them apart is a timer that comes late, and a machine that is older than this process has been awake.
import { uptime } from 'node:os'
import type { Clock } from './clock.ts'

/** How often the watch looks, in milliseconds. */
export const BEAT_MS = 250

/** A timer that comes later than this tells of a standstill, in milliseconds: a busy event loop comes late by less. */
const STANDSTILL_MS = 1_000

export interface StandstillDeps {
  clock: Clock

  /** Milliseconds since the machine was started, with the time that it slept; no adjustment of the wall clock moves it. */
  sinceBootMs: () => number

  /** Called for each standstill with the time lost. */
  onLost?: (lostMs: number) => void
}

/** The time that this process has lost. */
export interface Standstill {
  /** Milliseconds lost in all so far. Ever the same for as long as nothing is lost: compare it before and after. */
  readonly lostMs: number

  /** How many times the process stood still. */
  readonly times: number
}

/** By the kernel's clock that counts suspended time too (CLOCK_BOOTTIME). */
export function sinceBootMs (): number {
  return uptime() * 1_000
}

/** Finds out when this process stood still, by a timer of its own that runs while somebody watches. */
export class StandstillWatch implements Standstill {
  readonly #deps: StandstillDeps
  #watchers = 0
  #timer: Disposable | undefined
  #dueMs = 0
  #asleepMs = 0
  #drift = 0
  #lostMs = 0
  #times = 0

  constructor (deps: StandstillDeps) {
    this.#deps = deps
  }

  get lostMs (): number {
    this.#look()

    return this.#lostMs
  }

  get times (): number {
    this.#look()

    return this.#times
  }

  /** Watches until the result is disposed of. */
  watch (): Disposable {
    if (this.#watchers++ === 0) {
      this.#asleepMs = this.#asleepNow()
      this.#drift = this.#driftNow()
      this.#setTimer()
    }

    return {
      [Symbol.dispose]: () => {
        if (--this.#watchers === 0) {
          this.#timer?.[Symbol.dispose]()
          this.#timer = undefined
        }
      }
    }
  }

  #setTimer (): void {
    this.#dueMs = this.#deps.clock.monotonic() + BEAT_MS
    this.#timer = this.#deps.clock.after(BEAT_MS, () => {
      this.#look()
      this.#setTimer()
    })
  }

  // Asked whenever a visit ends: what the kernel reads from a file is asked for only where the wall clock has moved on by itself.
  #look (): void {
    if (this.#timer === undefined) {
      return
    }

    const lateMs = this.#deps.clock.monotonic() - this.#dueMs
    const drift = this.#driftNow()
    const isShifted = Math.abs(drift - this.#drift) > STANDSTILL_MS
    const sleptMs = isShifted ? this.#asleepNow() - this.#asleepMs : 0
    const lostMs = (lateMs > STANDSTILL_MS ? lateMs : 0) + (sleptMs > STANDSTILL_MS ? sleptMs : 0)

    if (isShifted) {
      this.#drift = drift
      this.#asleepMs += sleptMs
    }
    if (lostMs > 0) {
      this.#dueMs += Math.max(0, lateMs)
      this.#lostMs += lostMs
      this.#times++
      this.#deps.onLost?.(lostMs)
    }
  }

  /** Milliseconds that the machine slept since it was started: the monotonic clock stood still meanwhile. */
  #asleepNow (): number {
    return this.#deps.sinceBootMs() - this.#deps.clock.monotonic()
  }

  #driftNow (): number {
    return this.#deps.clock.now() - this.#deps.clock.monotonic()
  }
}
