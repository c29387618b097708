/**
 * A peer as the DHT lists it. Ids and addresses stay bytes until they are printed: most are mentioned hundreds of
 * times and printed once.
 */
export interface PeerRecord {
  /** Multihash bytes of the peer id. */
  id: Uint8Array

  /** Binary multiaddrs, without a trailing /p2p. */
  addresses: readonly Uint8Array[]

  /** Whether a set contains all the addresses. Creates no object per address. */
  areAddressesIn?: (set: AddressSet) => boolean
}

/** A set of addresses. */
export interface AddressSet {
  /** Whether the set contains the binary multiaddr from `start` to `end`. */
  has (bytes: Uint8Array, start: number, end: number): boolean
}
