// Detects that this process did not run. To a stopped process, a pod without CPU time and a suspended machine, the network
// seems silent: all timers fire at once, before data that arrived meanwhile is read. Two signs reveal it: a timer that
// fires late, and the machine's uptime, which includes suspension.
import { uptime } from 'node:os'
import type { Clock } from './clock.ts'

/** Interval of the watch, in milliseconds. */
export const BEAT_MS = 250

/** A timer that fires later than this indicates a standstill, in milliseconds: a busy event loop is less late. */
const STANDSTILL_MS = 1_000

export interface StandstillDeps {
  clock: Clock

  /** Milliseconds since the machine started, including suspension; adjustments of the wall clock do not change it. */
  sinceBootMs: () => number

  /** Called for each standstill, with the time lost. */
  onLost?: (lostMs: number) => void
}

/** The time that this process did not run. */
export interface Standstill {
  /** Total milliseconds lost so far. Compare it before and after an operation. */
  readonly lostMs: number

  /** Number of standstills. */
  readonly times: number
}

/** Reads the kernel's clock that includes suspension (CLOCK_BOOTTIME). */
export function sinceBootMs (): number {
  return uptime() * 1_000
}

/** Detects standstills of this process by a timer, which runs while there is a watcher. */
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

  /** Watches until the result is disposed. */
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

  // Called whenever a visit ends: the kernel's file is read only where the wall clock advanced more than the monotonic clock.
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

  /** Milliseconds that the machine was suspended since it started, in which the monotonic clock does not advance. */
  #asleepNow (): number {
    return this.#deps.sinceBootMs() - this.#deps.clock.monotonic()
  }

  #driftNow (): number {
    return this.#deps.clock.now() - this.#deps.clock.monotonic()
  }
}
