import { isPeerIdAt } from '../peer/peer-id.ts'
import { ReplyPeers, OFFSETS_PER_PEER } from '../peer/reply-peers.ts'
import { frame } from '../wire/frames.ts'
import { ProtobufReader, ProtobufWriter } from '../wire/protobuf.ts'

/** Message type FIND_NODE (libp2p kad-dht specification). */
const FIND_NODE = 4

/** Largest reply that is read, in bytes. 20 peers with 100 addresses each take about 100 kB. */
export const MAX_REPLY_BYTES = 262_144

/** Peers taken from one reply. Honest replies contain 20 and the target. */
const MAX_PEERS = 32

/** Shared by all replies, each of which keeps a copy of the exact size: a growing array would be copied several times. */
const offsets = Array.from({ length: MAX_PEERS * OFFSETS_PER_PEER }, () => 0)

/** A request for the peers closest to `key`, framed for the stream. */
export function encodeFindNode (key: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(new ProtobufWriter().number(1, FIND_NODE).bytes(2, key).finish())
}

/**
 * Reads one reply. Leaves out peers with an invalid id and everything beyond the limits.
 *
 * @returns undefined if the message is malformed or not a FIND_NODE reply
 */
export function decodeFindNode (message: Uint8Array): ReplyPeers | undefined {
  const reader = new ProtobufReader(message)
  const entry = new ProtobufReader(message)
  let type = -1
  let count = 0

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      type = reader.number()
    } else if (field === 8 && reader.isBytes && count < offsets.length) {
      entry.enter(reader.start, reader.position)
      count = addOffsets(entry, count)
    }
  }

  return reader.malformed || type !== FIND_NODE ? undefined : new ReplyPeers(message, offsets.slice(0, count))
}

/** Stores the offsets of the entry and of its id, unless the id is invalid. The last of several ids counts. Returns the number of stored offsets. */
function addOffsets (entry: ProtobufReader, count: number): number {
  const start = entry.position
  let idStart = 0
  let idEnd = 0

  for (let field = entry.next(); field !== 0; field = entry.next()) {
    if (field === 1 && entry.isBytes) {
      idStart = entry.start
      idEnd = entry.position
    }
  }

  if (!isPeerIdAt(entry.bytes, idStart, idEnd)) {
    return count
  }

  offsets[count] = start
  offsets[count + 1] = entry.end
  offsets[count + 2] = idStart
  offsets[count + 3] = idEnd

  return count + OFFSETS_PER_PEER
}
