// More visits than the CPU can serve only wait: they use memory and garbage collection, their round trips are
// measured too long, and some time out. The limit of visits in flight therefore follows the load: it grows while the
// process has idle time, and shrinks while it has too little.
import type { Clock } from '../../core/time/clock.ts'

/** How often the limit is adapted, in milliseconds. */
export const PACE_MS = 100

/** Lowest limit, however busy the process is. */
export const FEWEST_VISITS = 4

/**
 * Limit at the start of a crawl. If all peers answer at once, more visits would only wait for each other. The limit
 * can grow from here to a thousand in a second.
 */
export const FIRST_VISITS = 8

/** The limit grows below this busy share, and grows fast below HALF_BUSY. */
const BUSY = 0.8
const HALF_BUSY = 0.5

/** The limit shrinks above this busy share. */
const TOO_BUSY = 0.9

const FAST_GROWTH = 2
const GROWTH = 1.15
const SHRINKAGE = 0.9

export interface ConcurrencyLimitDeps {
  clock: Clock

  /** Share of the time since the last call in which the process was busy, 0 to 1. */
  busyShare: () => number

  /** Called when the limit has grown. */
  onMore: () => void
}

/** The limit of visits in flight. */
export class ConcurrencyLimit implements Disposable {
  readonly #deps: ConcurrencyLimitDeps
  readonly #most: number
  readonly #fewest: number
  #limit: number
  #timer: Disposable | undefined

  /** @param most upper bound of the limit, an integer of at least 1 */
  constructor (deps: ConcurrencyLimitDeps, most: number) {
    this.#deps = deps
    this.#most = most
    this.#fewest = Math.min(FEWEST_VISITS, most)
    this.#limit = Math.min(FIRST_VISITS, most)
  }

  /** The current limit. */
  get limit (): number {
    return Math.floor(this.#limit)
  }

  /** Starts to adapt the limit. */
  start (): void {
    this.#timer = this.#deps.clock.after(PACE_MS, () => {
      this.start()
      this.#adapt()
    })
  }

  /** Stops adapting the limit. */
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
