// When crawls start: the first at once, each later one an interval after the start of the last, or at once if the
// last took longer. The next start is requested when the last crawl is over, so two crawls never overlap. The jitter
// spreads crawlers that were started together.
import { sleep } from '../../core/time/sleep.ts'
import type { Clock } from '../../core/time/clock.ts'

/** Most that a start is moved in either direction, as a share of the interval. */
export const JITTER = 0.05

// Requests must not cause continuous crawls of a small network.
const MIN_PAUSE_MS = 60_000

/** The start of one crawl. */
export interface CrawlStart {
  /** Start in epoch seconds, greater than that of the last crawl. */
  crawlId: number

  /** Counts from 0 in this process; rotates the buckets of a Census. */
  crawlNumber: number
}

export interface ScheduleDeps {
  clock: Clock

  /** In [0, 1). */
  random: () => number
}

/** Determines when crawls start. */
export class Schedule {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #intervalMs: number
  #crawlNumber = -1
  #lastCrawlId = -1
  #dueMs: number
  #lastStartMs: number | undefined

  constructor ({ clock, random }: ScheduleDeps, { intervalMs }: { intervalMs: number }) {
    this.#clock = clock
    this.#random = random
    this.#intervalMs = intervalMs
    this.#dueMs = clock.monotonic()
  }

  /** Milliseconds until the next crawl is due; 0 if it is overdue. */
  get dueInMs (): number {
    return Math.max(0, this.#dueMs - this.#clock.monotonic())
  }

  /**
   * Makes the next crawl due at once, but not within a minute of the start of the last one, or within the interval if
   * that is shorter.
   */
  hasten (): void {
    const earliestMs = this.#lastStartMs === undefined ? this.#clock.monotonic() : this.#lastStartMs + Math.min(MIN_PAUSE_MS, this.#intervalMs)
    this.#dueMs = Math.min(this.#dueMs, Math.max(this.#clock.monotonic(), earliestMs))
  }

  /** Waits until the next crawl is due. Call it when the last crawl is over. @throws AbortError if `signal` aborts first */
  async next (signal: AbortSignal): Promise<CrawlStart> {
    await sleep(this.#clock, this.dueInMs, signal)
    this.#lastStartMs = this.#clock.monotonic()
    this.#dueMs = this.#lastStartMs + this.#intervalMs * (1 + JITTER * (2 * this.#random() - 1))
    this.#crawlNumber++
    this.#lastCrawlId = Math.max(this.#lastCrawlId + 1, Math.floor(this.#clock.now() / 1_000))

    return { crawlId: this.#lastCrawlId, crawlNumber: this.#crawlNumber }
  }
}
