// When crawls start: the first at once, each further one an interval after the start of the last, or at
// once when the last took longer. The next start is asked for when the last crawl is over, so that two
// never overlap. The jitter keeps crawlers that were started together from staying together.
import { sleep } from '../../core/time/sleep.ts'
import type { Clock } from '../../core/time/clock.ts'

/** Share of the interval by which a start moves at most, to either side. */
export const JITTER = 0.05

// Whoever may ask for crawls must not make a small network be crawled without a pause.
const MIN_PAUSE_MS = 60_000

/** The start of one crawl. */
export interface CrawlStart {
  /** Start in epoch seconds, greater than that of the crawl before. */
  crawlId: number

  /** From 0 on in this process; rotates the questions of a Census. */
  crawlNumber: number
}

export interface ScheduleDeps {
  clock: Clock

  /** In [0, 1). */
  random: () => number
}

/** Tells when the next crawl starts. */
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

  /** Milliseconds until the next crawl is due; 0 when it is overdue. */
  get dueInMs (): number {
    return Math.max(0, this.#dueMs - this.#clock.monotonic())
  }

  /**
   * Makes the next crawl due at once, but not within a minute of the start of the last one, or the interval where that is
   * shorter.
   */
  hasten (): void {
    const earliestMs = this.#lastStartMs === undefined ? this.#clock.monotonic() : this.#lastStartMs + Math.min(MIN_PAUSE_MS, this.#intervalMs)
    this.#dueMs = Math.min(this.#dueMs, Math.max(this.#clock.monotonic(), earliestMs))
  }

  /** Waits until the next crawl is due. Call it when the last crawl is over. @throws AbortError when `signal` aborts first */
  async next (signal: AbortSignal): Promise<CrawlStart> {
    await sleep(this.#clock, this.dueInMs, signal)
    this.#lastStartMs = this.#clock.monotonic()
    this.#dueMs = this.#lastStartMs + this.#intervalMs * (1 + JITTER * (2 * this.#random() - 1))
    this.#crawlNumber++
    this.#lastCrawlId = Math.max(this.#lastCrawlId + 1, Math.floor(this.#clock.now() / 1_000))

    return { crawlId: this.#lastCrawlId, crawlNumber: this.#crawlNumber }
  }
}
