import type { Source } from '../../core/contracts/visit.ts'

/** Length of the windows in which a peer is reported once, in milliseconds. */
export const WINDOW_MS = 600_000

/** Most sightings in one window; more are refused, so that invented peers cannot fill the memory. */
export const MAX_PER_WINDOW = 100_000

/**
 * The peers reported in the current ten-minute window of the wall clock. The start of the window is the crawl id of
 * its visits, so a sighting that is reported again after a restart is the same visit.
 */
export class Sightings {
  readonly #now: () => number
  readonly #seen = new Set<string>()
  #window = -1
  #refused = 0

  /** @param now wall clock, epoch milliseconds */
  constructor (now: () => number) {
    this.#now = now
  }

  /** Sightings refused since the start, because there were too many in a window. */
  get refused (): number {
    return this.#refused
  }

  /**
   * Records a peer (its id in hex). Returns the start of the window in epoch seconds; undefined if the peer was
   * reported already, or if there are too many.
   */
  note (id: string, source: Source): number | undefined {
    const window = Math.floor(this.#now() / WINDOW_MS)

    if (window !== this.#window) {
      this.#window = window
      this.#seen.clear()
    }

    const key = `${source} ${id}`

    if (this.#seen.has(key)) {
      return undefined
    }
    if (this.#seen.size >= MAX_PER_WINDOW) {
      this.#refused++
      return undefined
    }

    this.#seen.add(key)

    return window * WINDOW_MS / 1_000
  }
}
