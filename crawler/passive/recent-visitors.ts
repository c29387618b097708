import type { KnownPeer } from '../engine/frontier/known-peer.ts'

// About 500 bytes each.
const MAX_PEERS = 20_000

/**
 * Peers that recently connected to the passive node or were found by multicast DNS, with the addresses that they
 * announce. The next crawl visits them. The oldest are evicted first.
 */
export class RecentVisitors {
  readonly #peers = new Map<string, KnownPeer>()

  // All of them, also those without an address.
  readonly #ids = new Set<string>()

  /** Records a peer that was seen now. A peer without an address is not kept, since a crawl cannot use it. */
  note (id: Uint8Array, addresses: readonly Uint8Array[]): void {
    const key = Buffer.from(id).toString('hex')
    this.#peers.delete(key)
    this.#ids.delete(key)
    this.#ids.add(key)

    if (addresses.length > 0) {
      this.#peers.set(key, { id, addresses, outcome: 'identified', failures: 0 })
    }

    evictOldest(this.#peers)
    evictOldest(this.#ids)
  }

  /** Peer ids, as multihashes in hex, also of peers without an address. */
  ids (): ReadonlySet<string> {
    return this.#ids
  }

  /** All peers, oldest first. */
  list (): KnownPeer[] {
    return [...this.#peers.values()]
  }
}

function evictOldest (kept: Map<string, unknown> | Set<string>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_PEERS) {
      break
    }
    kept.delete(oldest)
  }
}
