import { equalBytes } from '../wire/bytes.ts'
import type { PeerRecord } from './visitor.ts'

/** Addresses kept for one neighbour: what all answers of a peer may tell of another. */
const MAX_ADDRESSES = 128

/** The peers that one remote named, each once, with all addresses told. */
export class Neighbours {
  private readonly byId = new Map<string, { id: Uint8Array, addresses: Uint8Array[] }>()

  /** Adds the peers of one answer. */
  add (peers: readonly PeerRecord[]): void {
    for (const { id, addresses } of peers) {
      const key = Buffer.from(id.buffer, id.byteOffset, id.length).toString('latin1')
      const known = this.byId.get(key)

      if (known === undefined) {
        this.byId.set(key, { id, addresses: [...addresses] })
      } else {
        merge(known.addresses, addresses)
      }
    }
  }

  /** All of them. */
  list (): PeerRecord[] {
    return [...this.byId.values()]
  }
}

/** One server tells the same list in each answer, in the same order, so that the place of a double is known. */
function merge (known: Uint8Array[], told: readonly Uint8Array[]): void {
  for (const [i, address] of told.entries()) {
    const sameHere = known[i]

    if (sameHere !== undefined && equalBytes(sameHere, address)) {
      continue
    }
    if (known.length < MAX_ADDRESSES && !known.some(other => equalBytes(other, address))) {
      known.push(address)
    }
  }
}
