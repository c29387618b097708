import { BoundedCache } from './bounded-cache.ts'
import type { Clock } from '../time/clock.ts'

interface Window { sinceMs: number, count: number }

// More addresses than the admin server has connections; the least recently seen is forgotten first.
const ADDRESSES = 1_000
const WINDOW_MS = 1_000

/** Counts the requests of each address within a second. */
export class RateByAddress {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #windows = new BoundedCache<Window>(ADDRESSES)

  constructor (clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#perSecond = perSecond
  }

  /** Counts a request; returns whether it is within the limit. */
  allows (address: string): boolean {
    const nowMs = this.#clock.monotonic()
    const known = this.#windows.get(address)
    const window = known === undefined || nowMs - known.sinceMs >= WINDOW_MS ? { sinceMs: nowMs, count: 0 } : known
    window.count += 1
    this.#windows.set(address, window)

    return window.count <= this.#perSecond
  }
}
