/**
 * A peer as the DHT names it. Ids and addresses stay bytes until something must print them:
 * most are named hundreds of times and printed once.
 */
export interface PeerRecord {
  /** Multihash bytes of the peer id. */
  id: Uint8Array

  /** Binary multiaddrs, without a trailing /p2p. */
  addresses: readonly Uint8Array[]

  /** Whether a set holds all the addresses; found out without making an object of each. */
  areAddressesIn?: (set: AddressSet) => boolean
}

/** Addresses without duplicates. */
export interface AddressSet {
  /** Whether the binary multiaddr from `start` to `end` is one of them. */
  has (bytes: Uint8Array, start: number, end: number): boolean
}
