import type { KnownPeer } from '../engine/frontier/known-peer.ts'

// About 500 bytes each.
const MAX_PEERS = 20_000

/**
 * Peers that recently connected to the passive node or were found by multicast DNS, with the addresses that they
 * announce. The next crawl visits them. The oldest are evicted first.
 */
export class VisitorsMet {
  readonly #peers = new Map<string, KnownPeer>()

  /** Records a peer that was seen now. A peer without an address is not kept, since a crawl cannot use it. */
  note (id: Uint8Array, addresses: readonly Uint8Array[]): void {
    const key = Buffer.from(id).toString('hex')
    this.#peers.delete(key)

    if (addresses.length > 0) {
      this.#peers.set(key, { id, addresses, outcome: 'identified', failures: 0 })
    }

    for (const oldest of this.#peers.keys()) {
      if (this.#peers.size <= MAX_PEERS) {
        break
      }
      this.#peers.delete(oldest)
    }
  }

  /** All peers, oldest first. */
  list (): KnownPeer[] {
    return [...this.#peers.values()]
  }
}
