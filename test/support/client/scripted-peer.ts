import { frameNoise, NoiseFrames, SecureChannel } from '../../../crawler/client/noise/secure-channel.ts'
import { Acceptance, HEADER, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { FLAG, kindOf, readUint32, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { honestPayload, NoiseResponder } from './noise-responder.ts'
import type { TestKey } from './test-keys.ts'

const HEADER_LENGTH = 12

/** A yamux frame as it arrived. */
export interface ReceivedFrame {
  type: number
  flags: number
  stream: number

  /** The length field: the length of `body`, or a value that depends on the type. */
  length: number
  body: Uint8Array
}

/** Script of a remote. Without a field, it behaves like an honest peer. */
export interface PeerScript {
  key: TestKey

  /** Muxers listed in the handshake. */
  muxers?: readonly string[]

  /** Whether the wire is already secured: then there is no Noise, and `onSecured` is not called. @default false */
  isSecuredOutside?: boolean

  /** Security protocols that it supports. */
  securities?: readonly string[]

  /** Muxers that it supports if none was agreed in the handshake. */
  lateMuxers?: readonly string[]

  /** Message B, made from the honest one. */
  messageB?: (honest: Uint8Array) => Uint8Array

  /** The payload of message B. */
  payload?: (key: TestKey, staticKey: Uint8Array) => Uint8Array

  onSecured?: (peer: ScriptedPeer) => void
  onFrame?: (frame: ReceivedFrame, peer: ScriptedPeer) => void
}

/**
 * The remote end of a connection of our client, in memory: multistream, Noise and yamux frames. The script controls
 * every frame.
 */
export class ScriptedPeer {
  readonly script: PeerScript
  readonly #write: (bytes: Uint8Array) => void
  readonly #security: Acceptance
  readonly #muxer: Acceptance
  readonly #noise = new NoiseResponder()
  readonly #frames = new NoiseFrames()
  #channel: SecureChannel | undefined
  #plain: Uint8Array = new Uint8Array(0)
  #isMuxed: boolean
  #hasAnswered = false

  constructor (script: PeerScript, write: (bytes: Uint8Array) => void) {
    this.script = script
    this.#write = write
    this.#security = new Acceptance(new Set(script.securities ?? ['/noise']))
    this.#muxer = new Acceptance(new Set(script.lateMuxers ?? ['/yamux/1.0.0']))
    this.#isMuxed = (script.muxers ?? ['/yamux/1.0.0']).includes('/yamux/1.0.0')
  }

  /** Reads bytes from the wire. */
  feed (bytes: Uint8Array): void {
    let rest = bytes

    if (this.script.isSecuredOutside === true) {
      this.#onPlain(Uint8Array.from(bytes))

      return
    }
    if (this.#security.protocol === undefined) {
      const { reply, rest: after } = this.#security.feed(bytes)
      this.raw(reply)
      rest = after
    }

    if (this.#channel === undefined) {
      rest = this.#frames.feed(rest, message => this.#shakeHands(message))
    }

    this.#channel?.feed(rest)
  }

  /** Writes bytes to the wire as they are. */
  raw (bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#write(bytes)
    }
  }

  /** Writes plain bytes inside Noise. */
  plain (bytes: Uint8Array): void {
    this.raw(this.#channel?.seal(bytes) ?? bytes)
  }

  /** Writes a data frame. */
  data (stream: number, body: Uint8Array, flags = 0): void {
    this.plain(concatBytes([header(TYPE.data, flags, stream, body.length), body]))
  }

  /** Writes a frame without a body. */
  control (type: number, flags: number, stream: number, length = 0): void {
    this.plain(header(type, flags, stream, length))
  }

  #shakeHands (message: Uint8Array): boolean {
    const { script } = this

    if (!this.#hasAnswered) {
      this.#hasAnswered = true
      const payload = (script.payload ?? ((key, staticKey) => honestPayload(key, staticKey, script.muxers)))(script.key, this.#noise.staticKey.publicKey)
      const honest = this.#noise.answer(message, payload)
      this.raw(frameNoise(script.messageB?.(honest) ?? honest))

      return true
    }

    const { send, receive } = this.#noise.finish(message)
    this.#channel = new SecureChannel(send, receive, plain => this.#onPlain(plain))
    script.onSecured?.(this)

    return false
  }

  #onPlain (plain: Uint8Array): boolean {
    let rest = plain

    if (!this.#isMuxed && this.script.lateMuxers?.length === 0) {
      this.plain(concatBytes([HEADER, REFUSAL]))

      return false
    }

    if (!this.#isMuxed) {
      const { reply, rest: after } = this.#muxer.feed(plain)
      this.plain(reply)
      this.#isMuxed = this.#muxer.protocol !== undefined
      rest = after
    }

    if (this.#isMuxed) {
      this.#plain = concatBytes([this.#plain, rest])
      this.#readFrames()
    }

    return true
  }

  #readFrames (): void {
    while (this.#plain.length >= HEADER_LENGTH) {
      const frame = parseHeader(this.#plain)
      const end = HEADER_LENGTH + (frame.type === TYPE.data ? frame.length : 0)

      if (this.#plain.length < end) {
        return
      }

      frame.body = this.#plain.slice(HEADER_LENGTH, end)
      this.#plain = this.#plain.subarray(end)
      this.script.onFrame?.(frame, this)
    }
  }
}

/** A yamux header. */
export function header (type: number, flags: number, stream: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_LENGTH)
  bytes.writeUInt32BE(kindOf(type, flags), 0)
  bytes.writeUInt32BE(stream, 4)
  bytes.writeUInt32BE(length, 8)

  return bytes
}

/** All complete frames in `bytes`. */
export function framesIn (bytes: Uint8Array): ReceivedFrame[] {
  const frames: ReceivedFrame[] = []

  for (let at = 0; at < bytes.length;) {
    const frame = parseHeader(bytes.subarray(at))
    at += HEADER_LENGTH

    if (frame.type === TYPE.data) {
      frame.body = bytes.slice(at, at + frame.length)
      at += frame.length
    }

    frames.push(frame)
  }

  return frames
}

/** Serves the given protocols on the remote's streams; refuses others. */
export function serve (protocols: Record<string, (request: Uint8Array, reply: (bytes: Uint8Array, flags?: number) => void) => void>): NonNullable<PeerScript['onFrame']> {
  const streamsOf = new WeakMap<ScriptedPeer, Map<number, Acceptance>>()

  return ({ type, flags, stream, body }, peer) => {
    if (type !== TYPE.data) {
      return
    }

    const streams = streamsOf.get(peer) ?? new Map<number, Acceptance>()
    streamsOf.set(peer, streams)

    let ack = (flags & FLAG.syn) !== 0 ? FLAG.ack : 0
    const reply = (bytes: Uint8Array, more = 0): void => {
      peer.data(stream, bytes, ack | more)
      ack = 0
    }
    const acceptance = streams.get(stream) ?? new Acceptance(new Set(Object.keys(protocols)))
    streams.set(stream, acceptance)
    let request = body

    if (acceptance.protocol === undefined) {
      try {
        const { reply: answer, rest } = acceptance.feed(body)
        reply(answer)
        request = rest
      } catch {
        peer.control(TYPE.windowUpdate, FLAG.rst, stream) // real hosts reset the stream after a refused proposal
        return
      }
    }

    if (acceptance.protocol !== undefined) {
      protocols[acceptance.protocol]?.(request, reply)
    }
  }
}

function parseHeader (bytes: Uint8Array): ReceivedFrame {
  return { type: bytes[1] ?? 0, flags: bytes[3] ?? 0, stream: readUint32(bytes, 4), length: readUint32(bytes, 8), body: new Uint8Array(0) }
}
