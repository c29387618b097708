// Known addresses are most of the rows: a peer announces the same five or six addresses in every crawl and only
// their last_seen changes. Skipping changes of less than the window saves most of the database's work; last_seen
// lags by at most the window.
import { BoundedCache } from '../../../core/limits/bounded-cache.ts'

/** Addresses of all peers of a large network; the cache keeps up to twice as many, in about 100 MB. */
const LIMIT = 250_000

/** One address of one peer, and when it was seen, in epoch milliseconds. */
export interface SightedAddress {
  nodeId: string
  multiaddr: string
  seenMs: number
}

/** Remembers which sightings are written. It is a cache: losing it only costs writes. */
export class Coalescer {
  readonly #windowMs: number
  readonly #written = new BoundedCache<number>(LIMIT)

  /** @param windowMs how far last_seen may lag, in milliseconds; 0 writes every sighting */
  constructor (windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Whether an earlier written sighting covers this one. */
  covers ({ nodeId, multiaddr, seenMs }: SightedAddress): boolean {
    if (this.#windowMs === 0) {
      return false
    }

    const writtenMs = this.#written.get(keyOf(nodeId, multiaddr))

    return writtenMs !== undefined && seenMs < writtenMs + this.#windowMs
  }

  /** Records sightings whose transaction is committed. */
  wrote (sightings: readonly SightedAddress[]): void {
    if (this.#windowMs === 0) {
      return
    }

    for (const { nodeId, multiaddr, seenMs } of sightings) {
      const key = keyOf(nodeId, multiaddr)
      const writtenMs = this.#written.get(key)

      if (writtenMs === undefined || seenMs > writtenMs) {
        this.#written.set(key, seenMs)
      }
    }
  }

  /** Forgets everything, after rows were removed. */
  forget (): void {
    this.#written.clear()
  }
}

function keyOf (nodeId: string, multiaddr: string): string {
  return `${nodeId} ${multiaddr}`
}
