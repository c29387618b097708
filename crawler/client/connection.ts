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

/** Bytes that one connection may receive: twice what 16 answers of the largest size and an identify take. */
export const MAX_RECEIVED_BYTES = 8_388_608

const NOISE = new Proposal(NOISE_PROTOCOL)

/** Who we are in every connection. */
export interface HostCredentials {
  noise: NoiseCredentials

  /** Our answer to the remote's identify, framed. */
  identifyReply: Uint8Array
}

/** Which peer a connection is for, and how to open it. */
export interface ConnectionTarget {
  /** Multihash of the peer id that the remote must prove. */
  peerId: Uint8Array

  /**
   * Whether the Noise handshake starts before the remote has agreed to Noise. Saves a round trip; a remote that
   * refuses Noise may reset the connection because of it, and its refusal is lost.
   */
  isOptimistic: boolean
}

/** What a connection tells whoever carries its bytes. */
export interface ConnectionHandler {
  /** Bytes wait to be written: call {@link Connection.take} soon, after whatever can be written with them. */
  onWaiting (): void

  /** The remote has proven who it is: streams can be opened. */
  onSecured (): void
}

type Phase = 'selecting' | 'handshaking' | 'secured'

/**
 * One outbound connection without its socket: bytes from the wire in, bytes for the wire out.
 *
 * multistream selects Noise, Noise carries yamux, yamux carries streams. Every step goes out
 * before the answer to the one before it, so that the first streams of ours leave in the same
 * segment as the last message of the handshake.
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

  /** How far the connection is. */
  get phase (): Phase {
    return this.#phase
  }

  /** The key that the remote has proven to have. */
  get remoteKey (): PublicKey | undefined {
    return this.#remoteKey
  }

  /** Whether the remote has answered at all: it speaks multistream. */
  get isMultistream (): boolean {
    return this.#security.hasHeader
  }

  /** Starts: the proposal of Noise and, when optimistic, the handshake. */
  start (): void {
    const { messageA } = this.#noise
    this.#sendClear(this.#target.isOptimistic ? Buffer.concat([NOISE.opening, frameNoise(messageA)]) : NOISE.opening)
  }

  /** Everything that waits to be written; undefined when nothing does. */
  take (): Uint8Array | undefined {
    const plain = this.#channel === undefined ? undefined : this.streams.take()

    if (plain !== undefined && this.#channel !== undefined) {
      this.#clear.push(this.#channel.seal(plain))
    }

    const [first, ...more] = this.#clear
    this.#clear = []

    return first === undefined || more.length === 0 ? first : Buffer.concat([first, ...more])
  }

  /** Reads nothing more and delivers nothing more. */
  stop (): void {
    this.streams.stop()
  }

  /**
   * Reads bytes from the wire, which stay the caller's. Throws PP_PEER_FAULT with what a broken
   * rule means for the attempt; then the connection is of no more use.
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
