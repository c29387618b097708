// A libp2p node that others come to: it listens, serves the DHT and says who connects. Limits as measured with thousands
// of Go clients: the defaults refuse most of them, or grow without bound.
import { randomBytes } from 'node:crypto'
import { quic } from '@chainsafe/libp2p-quic'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { defined } from '../../core/defined.ts'
import { systemClock } from '../../core/time/clock.ts'
import { BoundedDatastore } from './limits/bounded-datastore.ts'
import { budgetedDials } from './limits/budgeted-dials.ts'
import { NEW_PER_IP, PassivePlaces } from './limits/passive-places.ts'
import { limitQuestions, QuestionLimit } from './limits/question-limit.ts'
import { placedWebSockets, SocketPlaces, UPGRADE_LIMIT_MS } from './limits/socket-places.ts'
import { TrafficLimit } from './limits/traffic-limit.ts'
import { mdnsFinder } from './mdns/mdns-finder.ts'
import { MdnsResponder } from './mdns/mdns-responder.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { DialBudget } from '../dial/dial-budget.ts'
import type { PassiveGater } from './limits/passive-gater.ts'
import type { OnFound } from './mdns/mdns-finder.ts'
import type { Libp2p, Metrics, PeerId, PrivateKey } from '@libp2p/interface'
import type { SingleKadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Settings of {@link createPassiveNode}. */
export interface PassiveNodeOptions {
  privateKey: PrivateKey
  agentVersion: string

  /** Kademlia protocol that it serves. */
  kadProtocol: string

  /** IP address that it listens on; `::` for all, of both families. */
  host: string

  /** TCP and UDP; WebSocket listens on the next one. */
  port: number

  announce: readonly string[]
  policy: Scan['addresses']['policy']
  mdns: boolean

  /** Connections at most. */
  maxConnections: number

  gater: PassiveGater

  /** Every dial passes it, whatever makes the node dial. */
  budget: DialBudget

  /** Told of each peer of the local network that multicast DNS finds. */
  onFound?: OnFound

  /** Told what keeps the node from answering multicast DNS. */
  onMdnsFault?: (err: Error) => void

  /** Collects libp2p's own metrics. */
  metrics?: (components: never) => Metrics
}

/** Its services. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- libp2p wants an indexable type
export type PassiveServices = { dht: SingleKadDHT, ping: Ping }

// Entries that strangers may put into the DHT's store, and as many peers with what they told.
const STORE_LIMITS = { maxEntries: 20_000, maxBytes: 32 * 1_048_576, maxValueBytes: 65_536 }

// The specification asks for 32 to 63 letters and digits.
const INSTANCE_BYTES = 20

const DIALS_AT_ONCE = 20
const DIAL_QUEUE = 200
const STREAMS = 64
const DHT_STREAMS = 16

// Two of each may be under way to one peer: the node pings it for the round trip, and the DHT, which leaves a peer out of its
// table when it cannot ping it; the node identifies it when it connects, and each crawl. libp2p allows one unless told.
// go-libp2p and js-libp2p take two pings from one peer.
const ASKED_AT_ONCE = { maxOutboundStreams: 2 }

const QUIC_LIMITS = {
  handshakeTimeout: 5_000,
  maxIdleTimeout: 30_000,
  keepAliveInterval: 15_000,
  maxConcurrentStreamLimit: STREAMS,
  maxStreamData: 262_144,
  maxConnectionData: 1_048_576
}

/**
 * What the node listens on: TCP and QUIC on one port, WebSocket on the next. libp2p takes `::` for IPv6 alone, so that all
 * addresses are two; where a machine has no IPv6 it goes on with the other one.
 */
function listenAddresses (host: string, port: number): string[] {
  const ips = host === '::' ? ['/ip4/0.0.0.0', '/ip6/::'] : [host.includes(':') ? `/ip6/${host}` : `/ip4/${host}`]

  return ips.flatMap(ip => [`${ip}/tcp/${String(port)}`, `${ip}/udp/${String(port)}/quic-v1`, `${ip}/tcp/${String(port + 1)}/ws`])
}

/** Makes the node; it listens once it is started. */
export async function createPassiveNode (options: PassiveNodeOptions): Promise<Libp2p<PassiveServices>> {
  const { privateKey, agentVersion, host, port, announce, maxConnections, gater, budget, mdns, metrics, onFound = () => undefined } = options
  const instance = randomBytes(INSTANCE_BYTES).toString('hex')
  const places = new PassivePlaces(systemClock, { places: maxConnections })
  const sockets = new SocketPlaces(systemClock, places)
  const traffic = new TrafficLimit(systemClock)

  const node = await createLibp2p<PassiveServices>({
    start: false,
    privateKey,
    nodeInfo: { userAgent: agentVersion },
    addresses: {
      listen: listenAddresses(host, port),
      appendAnnounce: [...announce]
    },
    transports: [
      budgetedDials(tcp({ backlog: 1_024 }), budget),
      budgetedDials(quic(QUIC_LIMITS), budget),
      budgetedDials(placedWebSockets(sockets), budget)
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxInboundStreams: STREAMS, maxOutboundStreams: STREAMS })],
    datastore: new BoundedDatastore(STORE_LIMITS),
    connectionGater: gater.gater({ places, sockets, traffic }),
    connectionManager: {
      // Above what PassivePlaces lets in: libp2p refuses newcomers when all places are taken, whoever has them.
      maxConnections: 2 * maxConnections + DIALS_AT_ONCE,
      maxIncomingPendingConnections: 2 * maxConnections + DIALS_AT_ONCE,
      inboundUpgradeTimeout: UPGRADE_LIMIT_MS,
      // Names are resolved before the gater is asked: it is given none that it could resolve.
      resolvers: {},
      inboundConnectionThreshold: NEW_PER_IP,
      reconnectRetries: 0,
      maxParallelDials: DIALS_AT_ONCE,
      maxDialQueueLength: DIAL_QUEUE,
      dialTimeout: 5_000
    },
    connectionMonitor: { enabled: false },
    ...defined({ metrics }),
    services: {
      identify: identify(ASKED_AT_ONCE),
      ping: ping(ASKED_AT_ONCE),
      ...mdns && { finder: mdnsFinder(instance, { clock: systemClock, onFound }), mdns: mdnsResponder(instance, options) },
      dht: kadDHT({
        protocol: options.kadProtocol,
        clientMode: false,
        prefixLength: 4,
        maxInboundStreams: DHT_STREAMS,
        peerInfoMapper: options.policy === 'Public' ? removePrivateAddressesMapper : passthroughMapper
      })
    } as never
  })
  limitQuestions(node.services.dht, new QuestionLimit(systemClock))
  node.addEventListener('connection:open', ({ detail }) => {
    traffic.watchStreams(detail)
  })

  return node
}

/** Answers multicast DNS with what the node listens on; starts and stops with it. */
function mdnsResponder (instance: string, { onMdnsFault = () => undefined }: PassiveNodeOptions): (components: NodeComponents) => MdnsResponder {
  return ({ peerId, transportManager }) => new MdnsResponder({
    clock: systemClock,
    listening: () => transportManager.getAddrs().map(String),
    onFault: onMdnsFault
  }, { instance, peerId: peerId.toString() })
}

/** Of the node's parts, those that the responder asks. */
interface NodeComponents {
  peerId: PeerId
  transportManager: { getAddrs: () => readonly Multiaddr[] }
}
