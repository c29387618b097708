// Visits beyond what the processor serves only wait for it: they hold memory that the collector moves again and
// again, their round trips are measured too long, and some run out of time. So as many are in flight as keep the
// process busy: the number grows while it has time left, and shrinks while its timers come late.
import type { Clock } from '../../core/clock.ts'

/** How often the number is changed, in milliseconds. */
export const PACE_MS = 100

/** Visits that may be in flight however busy the process is. */
export const FEWEST_VISITS = 32

/** Visits that a crawl may start with: from here to a thousand takes a second. */
export const FIRST_VISITS = 128

/** Above this share of the time the process counts as busy. */
const BUSY = 0.95

/** A timer that comes later tells of a queue, in milliseconds. */
const LATE_MS = 15

const GROWTH = 1.25
const SHRINKAGE = 0.9

/** What a pace needs. */
export interface PaceDeps {
  clock: Clock

  /** Share of the time since it was last asked in which the process was busy, 0 to 1. */
  busyShare: () => number

  /** Told when more visits may be in flight than before. */
  onMore: () => void
}

/** How many visits may be in flight. */
export class Pace implements Disposable {
  readonly #deps: PaceDeps
  readonly #most: number
  readonly #fewest: number
  #limit: number
  #timer: Disposable | undefined

  /** @param most visits in flight at most, a whole number from 1 on. */
  constructor (deps: PaceDeps, most: number) {
    this.#deps = deps
    this.#most = most
    this.#fewest = Math.min(FEWEST_VISITS, most)
    this.#limit = Math.min(FIRST_VISITS, most)
  }

  /** How many visits may be in flight at this moment. */
  get limit (): number {
    return Math.floor(this.#limit)
  }

  /** Adapts the limit from now on. */
  start (): void {
    const { clock } = this.#deps
    const dueMs = clock.monotonic() + PACE_MS
    this.#timer = clock.after(PACE_MS, () => {
      this.start()
      this.#adapt(clock.monotonic() - dueMs)
    })
  }

  /** Leaves the limit as it is from now on. */
  [Symbol.dispose] (): void {
    this.#timer?.[Symbol.dispose]()
  }

  #adapt (lateMs: number): void {
    const { busyShare, onMore } = this.#deps
    const isBusy = busyShare() >= BUSY

    if (!isBusy && this.#limit < this.#most) {
      this.#limit = Math.min(this.#most, this.#limit * GROWTH)
      onMore()
    } else if (isBusy && lateMs > LATE_MS) {
      this.#limit = Math.max(this.#fewest, this.#limit * SHRINKAGE)
    }
  }
}
