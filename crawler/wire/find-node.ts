import { frame } from './frames.ts'
import { isPeerId, withoutPeerId } from './peer-id.ts'
import { ProtobufReader, ProtobufWriter } from './protobuf.ts'
import type { PeerRecord } from '../visit/visitor.ts'

/** Message type FIND_NODE (libp2p kad-dht specification). */
const FIND_NODE = 4

/** Largest reply that is read. 20 peers with 100 addresses each make some 100 kB. */
export const MAX_REPLY_BYTES = 262_144

/** Peers taken from one reply: honest ones name 20 and the target. */
const MAX_PEERS = 32

/** Addresses taken for one peer. */
const MAX_ADDRESSES = 128

const MAX_ADDRESS_BYTES = 1_024

/** A request for the peers closest to `key`, framed for the stream. */
export function encodeFindNode (key: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(new ProtobufWriter().number(1, FIND_NODE).bytes(2, key).finish())
}

/**
 * Reads one reply. Peers with an impossible id, and what passes the limits, are left out.
 * Ids and addresses are views on the message: whoever keeps one copies it.
 *
 * @returns undefined when the message is malformed or no reply to FIND_NODE
 */
export function decodeFindNode (message: Uint8Array): PeerRecord[] | undefined {
  const reader = new ProtobufReader(message)
  const peers: PeerRecord[] = []
  let type = -1

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      type = reader.number()
    } else if (field === 8 && reader.isBytes && peers.length < MAX_PEERS) {
      addPeer(new ProtobufReader(message, reader.start, reader.position), peers)
    }
  }

  return reader.malformed || type !== FIND_NODE ? undefined : peers
}

function addPeer (reader: ProtobufReader, peers: PeerRecord[]): void {
  const addresses: Uint8Array[] = []
  let id: Uint8Array | undefined

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (!reader.isBytes) {
      continue
    }
    if (field === 1) {
      id = reader.view()
    } else if (field === 2 && addresses.length < MAX_ADDRESSES && reader.position - reader.start <= MAX_ADDRESS_BYTES) {
      addresses.push(reader.view())
    }
  }

  if (id !== undefined && isPeerId(id)) {
    const told = id
    peers.push({ id, addresses: addresses.map(address => withoutPeerId(address, told)).filter(address => address.length > 0) })
  }
}
