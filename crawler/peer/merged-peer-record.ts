import type { AddressSet, PeerRecord } from './peer-record.ts'

/** Addresses kept for one peer: what all answers of a peer may tell of another. */
const MAX_ADDRESSES = 128

/** Mentions kept for one peer: a visit asks 16 questions at most, and an honest answer names a peer once. */
const MAX_MENTIONS = 32

/**
 * A peer that several answers named, not always with the same addresses. They are put together where somebody asks for
 * them: a crawl is done with most peers when it hears of them again, and go-libp2p tells addresses in another order
 * each time, so that comparing all with all cost half of a visit.
 */
export class MergedPeerRecord implements PeerRecord {
  readonly id: Uint8Array
  readonly #mentions: PeerRecord[]

  constructor (first: PeerRecord, second: PeerRecord) {
    this.id = first.id
    this.#mentions = [first, second]
  }

  /** All that were told, each once, first told first. */
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

  /** Notes what another answer tells of it. */
  add (mention: PeerRecord): void {
    if (this.#mentions.length < MAX_MENTIONS) {
      this.#mentions.push(mention)
    }
  }
}
