import { peerFault } from '../peer/peer-fault.ts'
import { Multiplexer } from './multiplexer.ts'
import { MAX_HANDSHAKE_BYTES, NoiseInitiator } from './noise/noise.ts'
import { frameNoise, NoiseFrames, SecureChannel } from './noise/secure-channel.ts'
import { Proposal, Selection } from './stream/multistream.ts'
import { YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { NoiseCredentials } from './noise/noise.ts'

/** Protocol id of Noise. */
export const NOISE_PROTOCOL = '/noise'

/** Bytes that one connection may receive: twice the size of 16 answers of the largest size and an identify. */
export const MAX_RECEIVED_BYTES = 8_388_608

const NOISE = new Proposal(NOISE_PROTOCOL)

/** Our credentials for every connection. */
export interface HostCredentials {
  noise: NoiseCredentials

  /** Our identify message, framed. */
  identifyReply: Uint8Array
}

/** The expected peer of a connection, and how to open it. */
export interface ConnectionTarget {
  /** Multihash of the peer id that the remote must have. */
  peerId: Uint8Array

  /**
   * Whether the Noise handshake starts before the remote has agreed to Noise. This saves a round trip. A remote that
   * refuses Noise may then reset the connection, which loses its refusal.
   */
  isOptimistic: boolean
}

/** Callbacks of a connection. */
export interface ConnectionHandler {
  /** Bytes are ready to be written: call {@link Connection.take} soon, once everything that can be written with them is ready too. */
  onWaiting (): void

  /** The remote has proved its identity: streams can be opened. */
  onSecured (): void
}

type Phase = 'selecting' | 'handshaking' | 'secured'

/**
 * One outbound connection without its socket: bytes from the wire in, bytes for the wire out.
 *
 * multistream selects Noise, Noise carries yamux, yamux carries streams. Each step is sent without waiting for the
 * answer to the one before, so the first streams leave in the same segment as the last handshake message.
 */
export class Connection {
  readonly #target: ConnectionTarget
  readonly #handler: ConnectionHandler
  readonly #noise: NoiseInitiator
  readonly #security = new Selection(NOISE)
  readonly #frames = new NoiseFrames(MAX_HANDSHAKE_BYTES)
  #remoteKey: PublicKey | undefined
  #channel: SecureChannel | undefined
  #clear: Uint8Array[] = []
  #phase: Phase = 'selecting'
  #received = 0

  /** Streams can be opened once secured. */
  readonly streams: Multiplexer

  constructor (host: HostCredentials, target: ConnectionTarget, handler: ConnectionHandler) {
    this.#target = target
    this.#handler = handler
    this.#noise = new NoiseInitiator(host.noise)
    this.streams = new Multiplexer(host.identifyReply, () => {
      handler.onWaiting()
    })
  }

  /** The current phase. */
  get phase (): Phase {
    return this.#phase
  }

  /** The key that the remote has proved to have. */
  get remoteKey (): PublicKey | undefined {
    return this.#remoteKey
  }

  /** Whether the remote has answered by multistream. */
  get isMultistream (): boolean {
    return this.#security.hasHeader
  }

  /** Starts the connection: proposes Noise and, if optimistic, sends the first handshake message. */
  start (): void {
    const { messageA } = this.#noise
    this.#sendClear(this.#target.isOptimistic ? Buffer.concat([NOISE.opening, frameNoise(messageA)]) : NOISE.opening)
  }

  /** All bytes ready to be written; undefined if there are none. */
  take (): Uint8Array | undefined {
    const plain = this.#channel === undefined ? undefined : this.streams.take()

    if (plain !== undefined && this.#channel !== undefined) {
      this.#clear.push(this.#channel.seal(plain))
    }

    const [first, ...more] = this.#clear
    this.#clear = []

    return first === undefined || more.length === 0 ? first : Buffer.concat([first, ...more])
  }

  /** Stops reading and delivering. */
  stop (): void {
    this.streams.stop()
  }

  /**
   * Reads bytes from the wire, without keeping them. Throws PP_PEER_FAULT with the attempt's outcome if the remote
   * breaks the protocol; the connection is unusable then.
   */
  feed (bytes: Uint8Array): void {
    this.#received += bytes.length

    if (this.#received > MAX_RECEIVED_BYTES) {
      throw peerFault('limit-exceeded', 'the remote sent more than a visit reads')
    }

    let rest = bytes

    if (this.#phase === 'selecting') {
      rest = this.#select(rest)
    }

    if (this.#phase === 'handshaking') {
      rest = this.#frames.feed(rest, message => this.#shakeHands(message))
    }

    if (this.#phase === 'secured' && rest.length > 0 && !this.streams.isStopped) {
      this.#channel?.feed(rest)
    }
  }

  #select (bytes: Uint8Array): Uint8Array {
    const rest = this.#security.feed(bytes)

    if (this.#security.state === 'refused') {
      throw peerFault('security-unsupported', 'the remote refuses Noise')
    }

    if (this.#security.state === 'selected') {
      this.#phase = 'handshaking'

      if (!this.#target.isOptimistic) {
        this.#sendClear(frameNoise(this.#noise.messageA))
      }
    }

    return rest
  }

  #shakeHands (message: Uint8Array): boolean {
    const result = this.#noise.readMessageB(message, this.#target.peerId)
    this.#channel = new SecureChannel(result.send, result.receive, plain => this.#onPlain(plain))
    this.#phase = 'secured'
    this.#remoteKey = result.remoteKey
    this.#sendClear(frameNoise(result.messageC))
    this.streams.start(result.remote.muxers.includes(YAMUX_PROTOCOL))
    this.#handler.onSecured()

    return false
  }

  #onPlain (plain: Uint8Array): boolean {
    this.streams.feed(plain)

    return !this.streams.isStopped
  }

  #sendClear (bytes: Uint8Array): void {
    this.#clear.push(bytes)
    this.#handler.onWaiting()
  }
}
