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
      const id = idOf(new ProtobufReader(message, reader.start, reader.position))

      if (id !== undefined) {
        peers.push(new ToldPeer(id, reader.view()))
      }
    }
  }

  return reader.malformed || type !== FIND_NODE ? undefined : peers
}

/** Whether one reply tells of a peer exactly what another told. May be false although it does. */
export function tellsTheSame (a: PeerRecord, b: PeerRecord): boolean {
  return a instanceof ToldPeer && b instanceof ToldPeer && Buffer.compare(a.told, b.told) === 0
}

/**
 * A peer that a reply names. A crawl hears two million namings of ten thousand peers, mostly of peers
 * that it is done with, so that the addresses are read only when someone asks for them.
 */
class ToldPeer implements PeerRecord {
  readonly id: Uint8Array

  /** All that the reply tells of it. */
  readonly told: Uint8Array

  constructor (id: Uint8Array, told: Uint8Array) {
    this.id = id
    this.told = told
  }

  get addresses (): readonly Uint8Array[] {
    const reader = new ProtobufReader(this.told)
    const addresses: Uint8Array[] = []

    for (let field = reader.next(), count = 0; field !== 0 && count < MAX_ADDRESSES; field = reader.next()) {
      if (field === 2 && reader.isBytes && reader.position - reader.start <= MAX_ADDRESS_BYTES) {
        count++
        const address = withoutPeerId(reader.view(), this.id)

        if (address.length > 0) {
          addresses.push(address)
        }
      }
    }

    return addresses
  }
}

/** The id in an entry; of several the last. Undefined when it is not possible. */
function idOf (reader: ProtobufReader): Uint8Array | undefined {
  let start = 0
  let end = 0

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1 && reader.isBytes) {
      ;({ start, position: end } = reader)
    }
  }

  const id = reader.bytes.subarray(start, end)

  return isPeerId(id) ? id : undefined
}
