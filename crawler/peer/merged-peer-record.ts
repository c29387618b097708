import type { AddressSet, PeerRecord } from './peer-record.ts'

/** Addresses kept for one peer from all answers of another. */
const MAX_ADDRESSES = 128

/** Mentions kept for one peer. A visit sends 16 queries at most, and an honest answer lists a peer once. */
const MAX_MENTIONS = 32

/**
 * A peer that several answers list, not always with the same addresses. The addresses are merged only when they are
 * read: most peers are mentioned again after the crawl is done with them, and go-libp2p lists addresses in a
 * different order each time. Comparing all lists eagerly took half of a visit's time.
 */
export class MergedPeerRecord implements PeerRecord {
  readonly id: Uint8Array
  readonly #mentions: PeerRecord[]

  constructor (first: PeerRecord, second: PeerRecord) {
    this.id = first.id
    this.#mentions = [first, second]
  }

  /** All mentioned addresses without duplicates, in the order of their first mention. */
  get addresses (): readonly Uint8Array[] {
    const addresses = new Map<string, Uint8Array>()

    for (const address of this.#mentions.flatMap(mention => mention.addresses)) {
      const key = Buffer.from(address.buffer, address.byteOffset, address.length).toString('latin1')

      if (addresses.size < MAX_ADDRESSES && !addresses.has(key)) {
        addresses.set(key, address)
      }
    }

    return [...addresses.values()]
  }

  areAddressesIn (set: AddressSet): boolean {
    return this.#mentions.every(mention => mention.areAddressesIn?.(set) ?? mention.addresses.every(address => set.has(address, 0, address.length)))
  }

  /** Adds a mention from another answer. */
  add (mention: PeerRecord): void {
    if (this.#mentions.length < MAX_MENTIONS) {
      this.#mentions.push(mention)
    }
  }
}
