import { quic } from '@chainsafe/libp2p-quic'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { isPeerId, start, stop } from '@libp2p/interface'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
/**
 * One real js-libp2p peer that answers and never dials. A peer that refreshes its table would
 * disturb what a crawl measures and would drop the dead entries. The DHT service is therefore
 * started by hand, and its table is filled from the peer store, as after a restart of a peer.
 */
import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { sleep } from '../../core/time/sleep.ts'
import { KAD_PROTOCOL } from './truth.ts'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { KadDHTComponents, SingleKadDHT } from '@libp2p/kad-dht'
import type { Ping, PingComponents } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2p, Libp2pOptions } from 'libp2p'

/** Settings of a peer. */
export interface DevnetPeerOptions {
  key: PrivateKey

  /** Agent version in identify. */
  agentVersion: string

  /** Multiaddrs to listen on, of TCP, WebSocket, QUIC or a relay (`…/p2p-circuit`); port 0 takes any free one. */
  listen: readonly string[]

  /** Whether it is a relay for other peers. @default false */
  isRelay?: boolean
}

/** An entry of a routing table. */
export interface TableEntry {
  id: PeerId

  /** Multiaddrs without /p2p. */
  addresses: readonly string[]
}

// Longest delay of a timer: in a devnet this means never.
const NEVER_MS = 2_147_483_647

// More than the peers behind one relay in a devnet.
const MAX_RESERVATIONS = 256

// The tag with which kad-dht marks the members of its table in the peer store. It reads them at start.
const KAD_PEER_TAG = 'kad-peer'

// Filling a table of 20 takes some milliseconds; if it takes longer than this, the machine is stuck.
const FILL_LIMIT_MS = 20_000

/** One peer of the devnet. */
export class DevnetPeer implements AsyncDisposable {
  readonly #node: Libp2p
  readonly #known: Set<string>
  #dht: SingleKadDHT | undefined
  #createDht: (() => SingleKadDHT) | undefined

  private constructor (node: Libp2p, known: Set<string>) {
    this.#node = node
    this.#known = known
  }

  /** Starts a peer that serves identify and ping, but not yet the DHT. Resolves when it can be reached. */
  static async open ({ key, agentVersion, listen, isRelay = false }: DevnetPeerOptions, signal: AbortSignal): Promise<DevnetPeer> {
    const known = new Set<string>()
    const { promise, resolve } = Promise.withResolvers<KadDHTComponents>()
    const node = await createLibp2p({
      privateKey: key,
      nodeInfo: { userAgent: agentVersion },
      addresses: { listen: [...listen] },
      transports: transportsFor(listen),
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // it may dial only its relay
      connectionGater: { denyDialMultiaddr: address => !isRelayOf(listen, address) },
      // A crawler opens many connections at once from one address; the default limits would refuse it.
      connectionManager: { maxConnections: 4_096, inboundConnectionThreshold: 4_096, maxIncomingPendingConnections: 1_024, reconnectRetries: 0 },
      connectionMonitor: { enabled: false },
      peerStore: { maxAddressAge: NEVER_MS, maxPeerAge: NEVER_MS },
      services: {
        identify: identify(),
        ping: vouchingPing(known),
        ...defined({ relay: isRelay ? circuitRelayServer({ reservations: { maxReservations: MAX_RESERVATIONS } }) : undefined }),
        dhtComponents: (components: KadDHTComponents) => {
          resolve(components)
          return {}
        }
      }
    })
    const peer = new DevnetPeer(node, known)
    const components = await promise
    await peer.#isReachable(listen.length, signal)
    peer.#createDht = () => kadDHT({
      protocol: KAD_PROTOCOL,
      clientMode: false,
      peerInfoMapper: passthroughMapper,
      initialQuerySelfInterval: NEVER_MS,
      querySelfInterval: NEVER_MS
    })(components) as SingleKadDHT

    return peer
  }

  get id (): PeerId {
    return this.#node.peerId
  }

  /** Multiaddrs that it listens on, without /p2p. */
  get addresses (): string[] {
    return this.#node.getMultiaddrs().map(address => address.decapsulateCode(CODE_P2P).toString())
  }

  /** Protocols that it serves, sorted. */
  get protocols (): string[] {
    return this.#node.getProtocols().sort()
  }

  /** Starts to serve the DHT, with a routing table of exactly these peers, alive or not. */
  async serveDht (entries: readonly TableEntry[], signal: AbortSignal): Promise<void> {
    for (const { id, addresses } of entries) {
      this.#known.add(id.toString())
      await this.#node.peerStore.merge(id, {
        multiaddrs: addresses.map(address => multiaddr(address)),
        protocols: [KAD_PROTOCOL],
        tags: { [KAD_PEER_TAG]: { value: 1 } }
      }, { signal })
    }

    this.#dht = this.#createDht?.()
    await start(this.#dht)
    await this.#tableHolds(entries.length, signal)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await stop(this.#dht)
    await this.#node.stop()
  }

  // A reservation on a relay takes a moment.
  async #isReachable (addresses: number, signal: AbortSignal): Promise<void> {
    await becomes(() => this.addresses.length >= addresses, () => `${this.id.toString()} got no address from its relay`, signal)
  }

  async #tableHolds (size: number, signal: AbortSignal): Promise<void> {
    const held = (): number | undefined => this.#dht?.routingTable.size
    await becomes(() => held() === size, () => `the routing table of ${this.id.toString()} holds ${String(held())} of ${String(size)} peers`, signal)
  }
}

async function becomes (holds: () => boolean, problem: () => string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + FILL_LIMIT_MS

  while (!holds()) {
    if (performance.now() > deadline) {
      throw new ProbeError('PP_DEVNET_FAILED', problem())
    }

    await sleep(systemClock, 5, signal)
  }
}

function isRelayOf (listen: readonly string[], address: Multiaddr): boolean {
  const relay = `${address.decapsulateCode(CODE_P2P).toString()}/`

  return listen.some(own => own.startsWith(relay) && own.endsWith('/p2p-circuit'))
}

// A transport without a listener would only cost time.
function transportsFor (listen: readonly string[]): NonNullable<Libp2pOptions['transports']> {
  const has = (part: string): boolean => listen.some(address => address.includes(part))

  return [
    tcp(),
    ...has('/ws') ? [webSockets()] : [],
    ...has('/quic-v1') ? [quic()] : [],
    ...has('/p2p-circuit') ? [circuitRelayTransport()] : []
  ]
}

// kad-dht adds only peers that answered its ping. Peers that were put into the table by hand skip
// the ping; all others are pinged as usual.
function vouchingPing (known: ReadonlySet<string>): (components: PingComponents) => Ping {
  return (components) => {
    const service = ping()(components)
    const pingForReal = service.ping.bind(service)
    service.ping = async (peer, options) => isPeerId(peer) && known.has(peer.toString()) ? 0 : await pingForReal(peer, options)

    return service
  }
}
