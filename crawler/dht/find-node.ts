import { NamedPeers, PLACES } from '../peer/named-peers.ts'
import { isPeerIdAt } from '../peer/peer-id.ts'
import { frame } from '../wire/frames.ts'
import { ProtobufReader, ProtobufWriter } from '../wire/protobuf.ts'

/** Message type FIND_NODE (libp2p kad-dht specification). */
const FIND_NODE = 4

/** Largest reply that is read. 20 peers with 100 addresses each make some 100 kB. */
export const MAX_REPLY_BYTES = 262_144

/** Peers taken from one reply: honest ones name 20 and the target. */
const MAX_PEERS = 32

/** One for all replies, each of which keeps a copy of its size: an array that grows is copied several times. */
const places = Array.from({ length: MAX_PEERS * PLACES }, () => 0)

/** A request for the peers closest to `key`, framed for the stream. */
export function encodeFindNode (key: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(new ProtobufWriter().number(1, FIND_NODE).bytes(2, key).finish())
}

/**
 * Reads one reply. Peers with an impossible id, and what passes the limits, are left out.
 *
 * @returns undefined when the message is malformed or no reply to FIND_NODE
 */
export function decodeFindNode (message: Uint8Array): NamedPeers | undefined {
  const reader = new ProtobufReader(message)
  const entry = new ProtobufReader(message)
  let type = -1
  let count = 0

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      type = reader.number()
    } else if (field === 8 && reader.isBytes && count < places.length) {
      entry.enter(reader.start, reader.position)
      count = addPlaces(entry, count)
    }
  }

  return reader.malformed || type !== FIND_NODE ? undefined : new NamedPeers(message, places.slice(0, count))
}

/** Notes where the entry and the id in it are, unless that is no id; of several ids the last counts. Returns how many numbers are noted. */
function addPlaces (entry: ProtobufReader, count: number): number {
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

  places[count] = start
  places[count + 1] = entry.end
  places[count + 2] = idStart
  places[count + 3] = idEnd

  return count + PLACES
}
