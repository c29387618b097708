import { equalBytes } from '../wire/bytes.ts'
import { tellsTheSame } from '../wire/find-node.ts'
import { hashId } from '../wire/id-hash.ts'
import type { PeerRecord } from './visitor.ts'

/** Addresses kept for one neighbour: what all answers of a peer may tell of another. */
const MAX_ADDRESSES = 128

/** The peers that one remote named, each once, with all addresses told. */
export class Neighbours {
  private readonly peers: PeerRecord[] = []

  /** Where the peer with a hash is, or the last of several. */
  private readonly placeOfHash = new Map<number, number>()

  /** Where the one before it with the same hash is, for those that have one. */
  private readonly placeBefore = new Map<number, number>()

  /** Adds the peers of one answer. */
  add (peers: readonly PeerRecord[]): void {
    for (const peer of peers) {
      const hash = hashId(peer.id)
      const last = this.placeOfHash.get(hash)
      const place = this.find(peer, last)
      const known = place === undefined ? undefined : this.peers[place]

      if (place === undefined || known === undefined) {
        this.append(peer, hash, last)
      } else if (!tellsTheSame(known, peer)) {
        this.peers[place] = { id: known.id, addresses: merge(known.addresses, peer.addresses) }
      }
    }
  }

  /** All of them. */
  list (): readonly PeerRecord[] {
    return this.peers
  }

  private find ({ id }: PeerRecord, last: number | undefined): number | undefined {
    let place = last

    while (place !== undefined && !equalBytes(this.peers[place]?.id ?? id, id)) {
      place = this.placeBefore.get(place)
    }

    return place
  }

  private append (peer: PeerRecord, hash: number, last: number | undefined): void {
    const place = this.peers.push(peer) - 1
    this.placeOfHash.set(hash, place)

    if (last !== undefined) {
      this.placeBefore.set(place, last)
    }
  }
}

/** One server tells the same list in each answer, in the same order, so that the place of a double is known. */
function merge (known: readonly Uint8Array[], told: readonly Uint8Array[]): Uint8Array[] {
  const merged = [...known]

  for (const [i, address] of told.entries()) {
    const sameHere = merged[i]

    if (sameHere !== undefined && equalBytes(sameHere, address)) {
      continue
    }
    if (merged.length < MAX_ADDRESSES && !merged.some(other => equalBytes(other, address))) {
      merged.push(address)
    }
  }

  return merged
}
