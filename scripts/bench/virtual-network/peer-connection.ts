import { NOISE_PROTOCOL } from '../../../crawler/client/connection.ts'
import { frameNoise, NoiseFrames, SecureChannel } from '../../../crawler/client/noise/secure-channel.ts'
import { Acceptance, Proposal } from '../../../crawler/client/stream/multistream.ts'
import { ReceiveBuffer } from '../../../crawler/client/stream/receive-buffer.ts'
import { SendBuffer } from '../../../crawler/client/stream/send-buffer.ts'
import { appendHeader, FLAG, HEADER_LENGTH, INITIAL_WINDOW, kindOf, readUint32, SESSION, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { NoiseResponder } from './noise-responder.ts'
import { PeerStream } from './peer-stream.ts'
import type { X25519KeyPair } from '../../../crawler/client/noise/x25519.ts'
import type { AnswersOfPeers } from './peer-answers.ts'
import type { VirtualPeer } from './population.ts'

const NOISE: ReadonlySet<string> = new Set([NOISE_PROTOCOL])
const IDENTIFY = new Proposal(IDENTIFY_PROTOCOL)
const MAX_WAITING_BYTES = 16 * 1_024 * 1_024
const OUR_FIRST_STREAM = 2

/** What a connection to a virtual peer needs. */
export interface Served {
  peer: VirtualPeer
  answers: AnswersOfPeers

  /** Noise key of the process, and the peer's signed payload for it. */
  staticKey: X25519KeyPair
  payload: Uint8Array
}

/**
 * A virtual peer's end of one connection, bytes in and bytes out. It behaves like Kubo: it negotiates yamux
 * early, pings, identifies the dialler, and encrypts each answer separately. Messages that are due at the
 * same time are sent in one write.
 *
 * It has no flow control: no answer of this network fills a window.
 */
export class PeerConnection {
  readonly #served: Served
  readonly #write: (bytes: Uint8Array) => void
  readonly #security = new Acceptance(NOISE)
  readonly #noise: NoiseResponder
  readonly #handshake = new NoiseFrames()
  readonly #plain = new ReceiveBuffer(HEADER_LENGTH + INITIAL_WINDOW)
  readonly #out = new SendBuffer(MAX_WAITING_BYTES, () => undefined)
  readonly #streams = new Map<number, PeerStream>()
  #sealed: Uint8Array[] = []
  #channel: SecureChannel | undefined
  #hasAnswered = false

  constructor (served: Served, write: (bytes: Uint8Array) => void) {
    this.#served = served
    this.#write = write
    this.#noise = new NoiseResponder(served.staticKey)
  }

  /** Reads bytes from the wire. Throws PP_PEER_FAULT for what the crawler must never send. */
  feed (bytes: Uint8Array): void {
    let rest = bytes

    if (this.#security.protocol === undefined) {
      const { reply, rest: after } = this.#security.feed(bytes)
      this.#write(reply)
      rest = after
    }

    if (this.#channel === undefined) {
      rest = this.#handshake.feed(rest, message => this.#shakeHands(message))
    }

    this.#channel?.feed(rest)
    this.#flush()
  }

  #shakeHands (message: Uint8Array): boolean {
    if (!this.#hasAnswered) {
      this.#hasAnswered = true
      this.#write(frameNoise(this.#noise.answer(message, this.#served.payload)))

      return true
    }

    const { send, receive } = this.#noise.finish(message)
    this.#channel = new SecureChannel(send, receive, plain => this.#onPlain(plain))
    appendHeader(this.#out, kindOf(TYPE.ping, FLAG.syn), SESSION, 1)
    this.#data(OUR_FIRST_STREAM, FLAG.syn, IDENTIFY.opening)

    return false
  }

  #onPlain (plain: Uint8Array): boolean {
    const bytes = this.#plain.join(plain)
    let at = 0

    while (bytes.length - at >= HEADER_LENGTH) {
      const type = bytes[at + 1]
      const end = at + HEADER_LENGTH + (type === TYPE.data ? readUint32(bytes, at + 8) : 0)

      if (bytes.length < end) {
        break
      }
      if (type === TYPE.data || type === TYPE.windowUpdate) {
        this.#onStreamFrame(readUint32(bytes, at + 4), bytes[at + 3] ?? 0, bytes.slice(at + HEADER_LENGTH, end))
      } else if (type === TYPE.ping && ((bytes[at + 3] ?? 0) & FLAG.syn) !== 0) {
        appendHeader(this.#out, kindOf(TYPE.ping, FLAG.ack), SESSION, readUint32(bytes, at + 8))
      }

      at = end
    }

    this.#plain.consume(at)

    return true
  }

  #onStreamFrame (id: number, flags: number, body: Uint8Array): void {
    if ((flags & (FLAG.fin | FLAG.rst)) !== 0) {
      this.#streams.delete(id)

      return
    }
    if ((flags & FLAG.syn) !== 0) {
      this.#streams.set(id, new PeerStream(this.#served.peer, this.#served.answers))
    }

    const stream = this.#streams.get(id)

    if (stream !== undefined && body.length > 0) {
      this.#reply(id, (flags & FLAG.syn) !== 0 ? FLAG.ack : 0, stream.feed(body))
    }
  }

  #reply (id: number, flags: number, { replies, isLast }: ReturnType<PeerStream['feed']>): void {
    for (const [i, reply] of replies.entries()) {
      this.#data(id, i === 0 ? flags : 0, reply)
      this.#seal()
    }
    if (isLast) {
      appendHeader(this.#out, kindOf(TYPE.windowUpdate, FLAG.fin), id, 0)
    }
  }

  #data (id: number, flags: number, body: Uint8Array): void {
    appendHeader(this.#out, kindOf(TYPE.data, flags), id, body.length)
    this.#out.append(body)
  }

  #seal (): void {
    if (this.#out.length > 0 && this.#channel !== undefined) {
      this.#sealed.push(this.#channel.seal(this.#out.take()))
    }
  }

  #flush (): void {
    this.#seal()

    if (this.#sealed.length > 0) {
      this.#write(concatBytes(this.#sealed))
      this.#sealed = []
    }
  }
}
