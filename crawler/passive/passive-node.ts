// Creates the libp2p node of passive discovery: it listens, serves the DHT and reports connections. The limits were
// measured with thousands of Go clients: libp2p's defaults refuse most of them, or grow without bound.
import { randomBytes } from 'node:crypto'
import { quic } from '@chainsafe/libp2p-quic'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../../core/time/clock.ts'
import { BoundedDatastore } from './limits/bounded-datastore.ts'
import { budgetedDials } from './limits/budgeted-dials.ts'
import { NEW_PER_IP, ConnectionSlots } from './limits/connection-slots.ts'
import { limitDhtMessages, DhtMessageLimit } from './limits/dht-message-limit.ts'
import { webSocketsWithSlots, SocketSlots, UPGRADE_LIMIT_MS } from './limits/socket-slots.ts'
import { TrafficLimit } from './limits/traffic-limit.ts'
import { mdnsFinder } from './mdns/mdns-finder.ts'
import { MdnsResponder } from './mdns/mdns-responder.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { DialBudget } from '../dial/dial-budget.ts'
import type { PassiveGater } from './limits/passive-gater.ts'
import type { OnFound } from './mdns/mdns-finder.ts'
import type { Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import type { SingleKadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Settings of {@link createPassiveNode}. */
export interface PassiveNodeOptions {
  privateKey: PrivateKey
  agentVersion: string

  /** Kademlia protocol that the node serves. */
  kadProtocol: string

  /** IP address to listen on; `::` for all addresses of both families. */
  host: string

  /** Port for TCP and UDP; WebSocket uses the next one. */
  port: number

  announce: readonly string[]
  policy: Scan['addresses']['policy']
  mdns: boolean

  /** Most connections. */
  maxConnections: number

  gater: PassiveGater

  /** Charged for every dial of the node, whatever the reason for the dial. */
  budget: DialBudget

  /** Called for each peer that multicast DNS finds on the local network. */
  onFound?: OnFound

  /** Called with errors that prevent answers to multicast DNS. */
  onMdnsFault?: (err: Error) => void
}

/** The node's services. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- libp2p wants an indexable type
export type PassiveServices = { dht: SingleKadDHT, ping: Ping }

// Entries that remote peers may put into the DHT's datastore, and the same number of peer records.
const STORE_LIMITS = { maxEntries: 20_000, maxBytes: 32 * 1_048_576, maxValueBytes: 65_536 }

// The specification requires 32 to 63 letters and digits.
const INSTANCE_BYTES = 20

const DIALS_AT_ONCE = 20
const DIAL_QUEUE = 200
const STREAMS = 64
const DHT_STREAMS = 16

// Two pings and two identify requests may run with one peer. Pings: the node measures the round trip, and the DHT
// pings a peer before it adds it to its table. Identify: at the connection, and in each crawl. libp2p's default is
// one. go-libp2p and js-libp2p accept two pings from one peer.
const CONCURRENT_REQUESTS = { maxOutboundStreams: 2 }

const QUIC_LIMITS = {
  handshakeTimeout: 5_000,
  maxIdleTimeout: 30_000,
  keepAliveInterval: 15_000,
  maxConcurrentStreamLimit: STREAMS,
  maxStreamData: 262_144,
  maxConnectionData: 1_048_576
}

/**
 * The node's listen addresses: TCP and QUIC on one port, WebSocket on the next. For libp2p `::` means IPv6 only, so
 * both families need an address; on a machine without IPv6 libp2p continues with IPv4.
 */
function listenAddresses (host: string, port: number): string[] {
  const ips = host === '::' ? ['/ip4/0.0.0.0', '/ip6/::'] : [host.includes(':') ? `/ip6/${host}` : `/ip4/${host}`]

  return ips.flatMap(ip => [`${ip}/tcp/${String(port)}`, `${ip}/udp/${String(port)}/quic-v1`, `${ip}/tcp/${String(port + 1)}/ws`])
}

/** Creates the node; it listens once it is started. */
export async function createPassiveNode (options: PassiveNodeOptions): Promise<Libp2p<PassiveServices>> {
  const { privateKey, agentVersion, host, port, announce, maxConnections, gater, budget, mdns, onFound = () => undefined } = options
  const instance = randomBytes(INSTANCE_BYTES).toString('hex')
  const slots = new ConnectionSlots(systemClock, { slots: maxConnections })
  const sockets = new SocketSlots(systemClock, slots)
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
      budgetedDials(webSocketsWithSlots(sockets), budget)
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxInboundStreams: STREAMS, maxOutboundStreams: STREAMS })],
    datastore: new BoundedDatastore(STORE_LIMITS),
    connectionGater: gater.gater({ slots, sockets, traffic }),
    connectionManager: {
      // Higher than the limit of ConnectionSlots: at its own limit libp2p refuses new connections without making room.
      maxConnections: 2 * maxConnections + DIALS_AT_ONCE,
      maxIncomingPendingConnections: 2 * maxConnections + DIALS_AT_ONCE,
      inboundUpgradeTimeout: UPGRADE_LIMIT_MS,
      // libp2p resolves names before it calls the gater, so it gets no resolvers.
      resolvers: {},
      inboundConnectionThreshold: NEW_PER_IP,
      reconnectRetries: 0,
      maxParallelDials: DIALS_AT_ONCE,
      maxDialQueueLength: DIAL_QUEUE,
      dialTimeout: 5_000
    },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(CONCURRENT_REQUESTS),
      ping: ping(CONCURRENT_REQUESTS),
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
  limitDhtMessages(node.services.dht, new DhtMessageLimit(systemClock))
  node.addEventListener('connection:open', ({ detail }) => {
    traffic.watchStreams(detail)
  })

  return node
}

/** Answers multicast DNS with the node's listen addresses; starts and stops with the node. */
function mdnsResponder (instance: string, { onMdnsFault = () => undefined }: PassiveNodeOptions): (components: NodeComponents) => MdnsResponder {
  return ({ peerId, transportManager }) => new MdnsResponder({
    clock: systemClock,
    listening: () => transportManager.getAddrs().map(String),
    onFault: onMdnsFault
  }, { instance, peerId: peerId.toString() })
}

/** The components of the node that the responder uses. */
interface NodeComponents {
  peerId: PeerId
  transportManager: { getAddrs: () => readonly Multiaddr[] }
}
