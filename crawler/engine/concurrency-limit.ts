// Visits beyond what the processor serves only wait for it: they hold memory that the collector moves again and
// again, their round trips are measured too long, and some run out of time. So as many are in flight as keep the
// process busy and leave it some time: the number grows while it has more than that, and shrinks while it has less.
import type { Clock } from '../../core/time/clock.ts'

/** How often the number is changed, in milliseconds. */
export const PACE_MS = 100

/** Visits that may be in flight however busy the process is. */
export const FEWEST_VISITS = 4

/** Visits that a crawl starts with: where all answer at once, more would only wait for one another. From here to a thousand takes a second. */
export const FIRST_VISITS = 8

/** Up to this share of the time the number grows, and it grows fast below the other. */
const BUSY = 0.8
const HALF_BUSY = 0.5

/** Above this it shrinks. */
const TOO_BUSY = 0.9

const FAST_GROWTH = 2
const GROWTH = 1.15
const SHRINKAGE = 0.9

export interface ConcurrencyLimitDeps {
  clock: Clock

  /** Share of the time since it was last asked in which the process was busy, 0 to 1. */
  busyShare: () => number

  /** Told when more visits may be in flight than before. */
  onMore: () => void
}

/** How many visits may be in flight. */
export class ConcurrencyLimit implements Disposable {
  readonly #deps: ConcurrencyLimitDeps
  readonly #most: number
  readonly #fewest: number
  #limit: number
  #timer: Disposable | undefined

  /** @param most visits in flight at most, a whole number from 1 on. */
  constructor (deps: ConcurrencyLimitDeps, most: number) {
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
    this.#timer = this.#deps.clock.after(PACE_MS, () => {
      this.start()
      this.#adapt()
    })
  }

  /** Leaves the limit as it is from now on. */
  [Symbol.dispose] (): void {
    this.#timer?.[Symbol.dispose]()
  }

  #adapt (): void {
    const busy = this.#deps.busyShare()

    if (busy > TOO_BUSY) {
      this.#limit = Math.max(this.#fewest, this.#limit * SHRINKAGE)
    } else if (busy < BUSY && this.#limit < this.#most) {
      this.#limit = Math.min(this.#most, this.#limit * (busy < HALF_BUSY ? FAST_GROWTH : GROWTH))
      this.#deps.onMore()
    }
  }
}
