// The seam between what a visit does (visit-peer.ts, the same in every lane) and how a lane
// reaches a peer. A lane is a Dialler; everything a remote does wrong leaves it as a `peerFault`.
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane, Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { Latency } from './latency.ts'

/** What a lane can do: open secured connections. */
export interface Dialler {
  readonly lane: Lane

  /** Whether the lane can dial the address at all. Called with addresses whose name is not yet resolved, too. */
  supports (address: Address): boolean

  /**
   * Dials one address (an IP address, names are resolved before) and secures the connection.
   *
   * When `signal` aborts it rejects with the signal's reason at once, and nothing is left behind.
   *
   * @param peerId multihash that the remote must prove; another one is `peer-id-mismatch`
   * @throws PP_PEER_FAULT with what became of the dial
   */
  dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session>
}

/** One secured connection to one peer. */
export interface Session extends Disposable {
  /** What is known of the connection; its address is the one dialled. */
  readonly connection: Omit<VisitConnection, 'address'>

  /** The key that the remote proved to have, where the lane read it itself. */
  readonly remoteKey?: PublicKey | undefined

  /** Least round-trip time seen so far: of the connect, the handshake, opening streams. */
  readonly latency: Latency | undefined

  /**
   * Opens a stream on which the remote identifies itself. The caller disposes of it.
   *
   * @throws PP_PEER_FAULT `reset` when the connection or stream ended, `protocol-error` when the remote refuses identify
   */
  openIdentify (signal: AbortSignal): Promise<ReadStream>

  /**
   * Opens a stream of the first of `protocols` that the remote speaks. The caller disposes of it.
   *
   * @param first framed requests that go out on it at once: with the proposal where the lane can do
   * that, else after the remote agreed
   * @returns undefined when it speaks none of them
   * @throws PP_PEER_FAULT when the stream failed otherwise
   */
  openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined>

  /** Measures the round trip once more, where the lane can; resolves when it has, or when the connection ended. */
  ping? (): Promise<void>

  /** Resets the connection at once, without lingering. Nothing of it is left. */
  [Symbol.dispose] (): void
}

/**
 * A stream that the remote talks on. Each is disposed of by whoever opened it, however the talk ends: a connection may
 * outlive a visit, and libp2p counts the streams that are open.
 */
export interface ReadStream extends Disposable {
  /**
   * The bytes that arrive next, cut anywhere; undefined when the remote ended the stream. What arrived before the
   * stream or its connection broke is handed out first.
   *
   * @throws PP_PEER_FAULT when the stream was reset
   */
  read (signal: AbortSignal): Promise<Uint8Array | undefined>

  /** Leaves the stream at once, both ways. */
  [Symbol.dispose] (): void
}

/** A stream that answers FIND_NODE requests in their order. */
export interface QueryStream extends ReadStream {
  /** The protocol that the remote agreed to. */
  readonly protocol: string

  /** Queues more framed requests; they need not wait for answers. */
  send (requests: Uint8Array): void
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
