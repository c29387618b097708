import { hashId } from '../peer/id-hash.ts'
import { MergedPeerRecord } from '../peer/merged-peer-record.ts'
import { ReplyPeer } from '../peer/reply-peers.ts'
import { equalBytes } from '../wire/bytes.ts'
import type { PeerRecord } from '../peer/peer-record.ts'

/** Marks a free row. */
const NONE = -1

/**
 * The peers that one remote listed, without duplicates, each with all its addresses.
 *
 * Duplicates are found in {@link list}, in one synchronous pass. All visits can therefore share one hash table.
 */
export class Neighbours {
  readonly #named: PeerRecord[] = []

  /** Adds the peers of one answer. */
  add (peers: readonly PeerRecord[]): void {
    for (const peer of peers) {
      this.#named.push(peer)
    }
  }

  /** All peers without duplicates, in the order of their first mention. */
  list (): PeerRecord[] {
    const rows = freeRows(this.#named.length)
    const distinct: PeerRecord[] = []

    for (const peer of this.#named) {
      const row = rowOf(rows, peer, distinct)
      const place = rows[row] ?? NONE
      const known = distinct[place]

      if (known === undefined) {
        rows[row] = distinct.push(peer) - 1
      } else if (known instanceof MergedPeerRecord) {
        known.add(peer)
      } else if (!isSameMention(known, peer)) {
        distinct[place] = new MergedPeerRecord(known, peer)
      }
    }

    return distinct
  }
}

let table = new Int32Array(1_024)

/** A free hash table with at least twice as many rows as peers, a power of two. Each row contains an index into the list of peers. */
function freeRows (count: number): Int32Array {
  const size = 2 ** Math.ceil(Math.log2(2 * count + 2))

  if (table.length < size) {
    table = new Int32Array(size)
  }

  return table.subarray(0, size).fill(NONE)
}

/** The row of this peer, or the free row where it belongs. */
function rowOf (rows: Int32Array, peer: PeerRecord, distinct: readonly PeerRecord[]): number {
  const mask = rows.length - 1
  let row = (peer instanceof ReplyPeer ? peer.hash : hashId(peer.id)) & mask

  for (let known = distinct[rows[row] ?? NONE]; known !== undefined && !isSamePeer(known, peer); known = distinct[rows[row] ?? NONE]) {
    row = (row + 1) & mask
  }

  return row
}

function isSamePeer (a: PeerRecord, b: PeerRecord): boolean {
  return a instanceof ReplyPeer && b instanceof ReplyPeer ? a.hasIdOf(b) : equalBytes(a.id, b.id)
}

/** May be false for two equal mentions. */
function isSameMention (a: PeerRecord, b: PeerRecord): boolean {
  return a instanceof ReplyPeer && b instanceof ReplyPeer && a.isSameMention(b)
}
