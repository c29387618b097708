import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { encodeVarint } from '../../../crawler/wire/varint.ts'
import { kuboAddresses } from './kubo-addresses.ts'
import { placeOf } from './population.ts'
import { closestIn } from './routing-table.ts'
import type { VirtualPeer } from './population.ts'
import type { KeySpace } from './routing-table.ts'

/** Protocol id of the virtual network's DHT, that of IPFS. */
export const KAD_PROTOCOL = '/ipfs/kad/1.0.0'

/** Protocols of a Kubo node. */
export const PROTOCOLS: readonly string[] = [
  '/ipfs/id/1.0.0',
  '/ipfs/id/push/1.0.0',
  '/ipfs/ping/1.0.0',
  KAD_PROTOCOL,
  '/ipfs/lan/kad/1.0.0',
  '/ipfs/bitswap/1.2.0',
  '/ipfs/bitswap/1.1.0',
  '/ipfs/bitswap/1.0.0',
  '/ipfs/bitswap',
  '/libp2p/autonat/1.0.0',
  '/libp2p/autonat/2/dial-request',
  '/libp2p/autonat/2/dial-back',
  '/libp2p/circuit/relay/0.2.0/stop',
  '/libp2p/circuit/relay/0.2.0/hop',
  '/libp2p/dcutr',
  '/x/',
  '/floodsub/1.0.0',
  '/meshsub/1.1.0'
]

const AGENTS = ['kubo/0.32.1/9017453/docker', 'kubo/0.29.0/3f0947b/docker', 'kubo/0.18.1/675f8bd/docker', 'rust-libp2p/0.44.0', 'kubo/0.33.2/ad1868a/docker'] as const
const FIND_NODE = 4
const RECORD_DOMAIN = Buffer.from('libp2p-peer-record')
const RECORD_TYPE = Uint8Array.of(0x03, 0x01)

/** What a virtual peer answers. */
export type AnswersOfPeers = Pick<PeerAnswers, 'identify' | 'findNode'>

/** The answers of the peers of one virtual network. Each answer is built once, so that serving costs as little as possible. */
export class PeerAnswers {
  readonly #space: Pick<KeySpace, 'tableOf'>
  readonly #addresses: number
  readonly #tables = new Map<VirtualPeer, readonly VirtualPeer[]>()
  readonly #entries = new Map<VirtualPeer, Uint8Array>()
  readonly #identities = new Map<VirtualPeer, Uint8Array>()

  /** @param addresses number of addresses of each peer */
  constructor (space: Pick<KeySpace, 'tableOf'>, addresses: number) {
    this.#space = space
    this.#addresses = addresses
  }

  /** Its answer to identify, framed, with a signed peer record like Kubo's. */
  identify (peer: VirtualPeer): Uint8Array {
    return madeOnce(this.#identities, peer, () => frame(this.#identifyMessage(peer)))
  }

  /** Its answer to FIND_NODE, framed. */
  findNode (peer: VirtualPeer, key: Uint8Array): Uint8Array {
    const table = madeOnce(this.#tables, peer, () => this.#space.tableOf(peer))
    const entries = closestIn(table, placeOf(key)).map(known => this.#entryOf(known))

    return frame(concatBytes([new ProtobufWriter().number(1, FIND_NODE).finish(), ...entries]))
  }

  /** The closerPeers field for a peer. */
  #entryOf (peer: VirtualPeer): Uint8Array {
    return madeOnce(this.#entries, peer, () => {
      const entry = new ProtobufWriter().bytes(1, peer.key.id)
      this.#addressesOf(peer).forEach(address => entry.bytes(2, address))

      return new ProtobufWriter().bytes(8, entry.number(3, 0).finish()).finish()
    })
  }

  #identifyMessage (peer: VirtualPeer): Uint8Array {
    const addresses = this.#addressesOf(peer)
    const message = new ProtobufWriter().bytes(1, peer.key.message)
    addresses.forEach(address => message.bytes(2, address))
    PROTOCOLS.forEach(protocol => message.text(3, protocol))

    return message
      .bytes(4, addresses[0] ?? new Uint8Array(0))
      .text(5, 'ipfs/0.1.0')
      .text(6, peer.agent ?? AGENTS[peer.number % AGENTS.length] ?? '')
      .bytes(8, signedRecord(peer, addresses))
      .finish()
  }

  #addressesOf ({ number }: VirtualPeer): Uint8Array[] {
    return kuboAddresses(number, this.#addresses)
  }
}

/** A signed peer record in its envelope (libp2p RFC 0002 and 0003). */
function signedRecord ({ key, number }: VirtualPeer, addresses: readonly Uint8Array[]): Uint8Array {
  const record = new ProtobufWriter().bytes(1, key.id).number(2, 1 + number)
  addresses.forEach(address => record.bytes(3, new ProtobufWriter().bytes(1, address).finish()))
  const payload = record.finish()
  const signed = concatBytes([RECORD_DOMAIN, RECORD_TYPE, payload].flatMap(part => [encodeVarint(part.length), part]))

  return new ProtobufWriter().bytes(1, key.message).bytes(2, RECORD_TYPE).bytes(3, payload).bytes(5, key.sign(signed)).finish()
}

function madeOnce<K, V> (made: Map<K, V>, key: K, make: () => V): V {
  const known = made.get(key)

  if (known !== undefined) {
    return known
  }

  const value = make()
  made.set(key, value)

  return value
}
