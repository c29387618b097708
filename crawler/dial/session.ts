// The interface between a visit (visit-peer.ts) and the clients that connect to peers. Each client implements Dialler
// and reports every fault of the remote as a `peerFault`.
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane, Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { Latency } from './latency.ts'

/** Opens secured connections. The `lane` is the published name of the client. */
export interface Dialler {
  readonly lane: Lane

  /** Whether this client can dial the address. Also called with unresolved names. */
  supports (address: Address): boolean

  /**
   * Dials one address (with an IP address: names are resolved before) and secures the connection.
   *
   * When `signal` aborts, it rejects at once with the signal's reason and leaves nothing open.
   *
   * @param peerId multihash of the peer that must answer; for another peer it rejects with `peer-id-mismatch`
   * @throws PP_PEER_FAULT with the outcome of the dial
   */
  dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session>
}

/** One secured connection to one peer. */
export interface Session extends Disposable {
  /** Properties of the connection, without the address, which is the dialled one. */
  readonly connection: Omit<VisitConnection, 'address'>

  /** The key that the remote proved to have, if the client parsed it itself. */
  readonly remoteKey?: PublicKey | undefined

  /** Shortest round-trip time so far: of the connect, the handshake, opening streams. */
  readonly latency: Latency | undefined

  /**
   * Opens an identify stream. The caller disposes of it.
   *
   * @throws PP_PEER_FAULT `reset` if the connection or stream ended, `protocol-error` if the remote refuses identify
   */
  openIdentify (signal: AbortSignal): Promise<ReadStream>

  /**
   * Opens a stream of the first of `protocols` that the remote supports. The caller disposes of it.
   *
   * @param first framed requests to send at once: together with the proposal if the client can do that, otherwise
   * after the remote agreed
   * @returns undefined if it supports none of them
   * @throws PP_PEER_FAULT if the stream failed for another reason
   */
  openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined>

  /** Measures the round trip again, if the client can. Resolves when measured, or when the connection has ended. */
  ping? (): Promise<void>

  /** Resets the connection at once. */
  [Symbol.dispose] (): void
}

/**
 * A stream to read from. The caller that opens a stream disposes of it, however it ends: a connection may outlive a visit,
 * and libp2p limits the number of open streams.
 */
export interface ReadStream extends Disposable {
  /**
   * The next chunk of bytes; undefined at the end of the stream. Bytes that arrived before the stream or its
   * connection broke are returned first.
   *
   * @throws PP_PEER_FAULT if the stream was reset
   */
  read (signal: AbortSignal): Promise<Uint8Array | undefined>

  /** Closes the stream at once in both directions. */
  [Symbol.dispose] (): void
}

/** A stream that answers FIND_NODE requests in order. */
export interface QueryStream extends ReadStream {
  /** The protocol that the remote agreed to. */
  readonly protocol: string

  /** Queues more framed requests, which need not wait for answers. */
  send (requests: Uint8Array): void
}

/** One dial of one address. */
export interface DialAttempt {
  /** The dialled binary multiaddr, after DNS. */
  address: Uint8Array

  outcome: Outcome
  durationMs: number
}

/** The established connection. */
export interface VisitConnection {
  /** Binary multiaddr that answered. */
  address: Uint8Array

  transport: Transport

  /** For example `/noise`. */
  security?: string

  /** For example `/yamux/1.0.0`. */
  muxer?: string

  /** Whether a relay limits its duration or data. */
  limited: boolean
}
