import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane, Transport } from '../../core/contracts/visit.ts'

/**
 * A peer as the DHT names it. Ids and addresses stay bytes until something must print them:
 * most are named hundreds of times and printed once.
 */
export interface PeerRecord {
  /** Multihash bytes of the peer id. */
  id: Uint8Array

  /** Binary multiaddrs, without a trailing /p2p. */
  addresses: readonly Uint8Array[]

  /** Whether a set holds all the addresses; found out without making an object of each. */
  areAddressesIn?: (set: AddressSet) => boolean
}

/** Addresses without duplicates. */
export interface AddressSet {
  /** Whether the binary multiaddr from `start` to `end` is one of them. */
  has (bytes: Uint8Array, start: number, end: number): boolean
}

/** Which questions a visit asks. The buckets of a Census rotate, so that over crawls each peer's whole table is seen. */
export type QueryPlan = { strategy: 'Census', bucket: number } | { strategy: 'Topology' }

/** The peer to visit, and how. */
export interface VisitTarget extends PeerRecord {
  plan: QueryPlan

  /** Whether the scan's user named it: what it lists is the network's. @default false */
  isBootstrap?: boolean
}

/** One dial of one address. */
export interface DialAttempt {
  /** Binary multiaddr that was dialled (after DNS). */
  address: Uint8Array

  outcome: Outcome
  durationMs: number
}

/** The connection that stood. */
export interface VisitConnection {
  /** Binary multiaddr that answered. */
  address: Uint8Array

  transport: Transport

  /** Such as `/noise`. */
  security?: string

  /** Such as `/yamux/1.0.0`. */
  muxer?: string

  /** Whether a relay limits it. */
  limited: boolean
}

/** What a peer said of itself (libp2p identify specification, `/ipfs/id/1.0.0`). Texts are as received: hostile. */
export interface Identity {
  protocolVersion?: string
  agentVersion?: string
  protocols: readonly string[]

  /** Binary multiaddrs. */
  listenAddresses: readonly Uint8Array[]

  /** Binary multiaddr. */
  observedAddress?: Uint8Array

  /** Sequence number of the signed peer record, where one was sent and its signature holds. */
  recordSequence?: bigint
}

/** What asking for the routing table gave. Partial answers are kept. */
export interface RoutingTable {
  /** FIND_NODE requests sent. */
  queries: number

  /** Of those, without a usable answer. */
  failed: number

  /** Peers named in the answers, each once, with all addresses told; at most 32 from one answer. */
  peers: readonly PeerRecord[]
}

/** What one visit found out. */
export interface VisitResult {
  lane: Lane

  /** Wall clock, epoch milliseconds. */
  startedAtMs: number

  durationMs: number
  outcome: Outcome

  /** The error's text, where the outcome alone does not tell. */
  detail?: string

  attempts: readonly DialAttempt[]

  /** Present exactly when the outcome counts as contacted. */
  connection?: VisitConnection

  /** Present exactly when the outcome counts as identified. */
  identity?: Identity

  /** Minimum round-trip time seen, in milliseconds. */
  latencyMs?: number

  /** How much shorter it may have been, since this process was busy when the answer came, in milliseconds. Present with it. */
  latencyErrorMs?: number

  /** Present when FIND_NODE was asked. */
  routingTable?: RoutingTable

  /** DHT protocols that it lists, where it serves none of the scan's. As received: hostile. */
  otherProtocols?: readonly string[]
}

/**
 * Visits peers. Every lane is one of these, and one conformance suite holds for all.
 *
 * `visit` never rejects because of a remote: whatever that does is an outcome. It ends within the
 * visit's time limit, or soon after `signal` aborts (outcome `aborted`, unless more is known), and
 * leaves nothing behind: no socket, timer, listener or stored peer. It rejects only for a fault of ours.
 */
export interface Visitor extends AsyncDisposable {
  visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult>
}
