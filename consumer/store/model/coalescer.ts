// Re-sighted addresses are most of the rows: a peer's five or six addresses come again with every
// crawl and only their last_seen moves. Not writing it again while it moved less than the window
// saves most of the database's work; last_seen then lags by the window at most.
import { BoundedCache } from '../../../core/limits/bounded-cache.ts'

/** Peers times addresses of a large network; about 100 MB at twice this, when full. */
const LIMIT = 250_000

/** One address of one peer, and when it was seen, in epoch milliseconds. */
export interface SightedAddress {
  nodeId: string
  multiaddr: string
  seenMs: number
}

/** Remembers which sightings are written. It is only a cache: losing it costs writes, nothing else. */
export class Coalescer {
  readonly #windowMs: number
  readonly #written = new BoundedCache<number>(LIMIT)

  /** @param windowMs how far last_seen may lag, in milliseconds; 0 writes every sighting */
  constructor (windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Whether the sighting is covered by what was written before. */
  covers ({ nodeId, multiaddr, seenMs }: SightedAddress): boolean {
    if (this.#windowMs === 0) {
      return false
    }

    const writtenMs = this.#written.get(keyOf(nodeId, multiaddr))

    return writtenMs !== undefined && seenMs < writtenMs + this.#windowMs
  }

  /** Told of sightings once their transaction is committed. */
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

  /** Forgets everything: rows were removed, so that what was written may be there no more. */
  forget (): void {
    this.#written.clear()
  }
}

function keyOf (nodeId: string, multiaddr: string): string {
  return `${nodeId} ${multiaddr}`
}
