import type { KnownPeer } from '../engine/frontier/known-peer.ts'

// Some 500 bytes each.
const MAX_PEERS = 20_000

/** The peers that came to us or were found near us, with the addresses that they announce: the next crawl visits them. The oldest are forgotten first. */
export class VisitorsMet {
  readonly #peers = new Map<string, KnownPeer>()

  /** Notes a peer that was met now. One without an address is of no use to a crawl. */
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

  /** Those met, the longest ago first. */
  list (): KnownPeer[] {
    return [...this.#peers.values()]
  }
}
