import { peerFault } from '../../peer/peer-fault.ts'
import { appendHeader, FLAG, HEADER_LENGTH, INITIAL_WINDOW, kindOf, readUint32, SESSION, TYPE } from './yamux-frame.ts'
import { YamuxStream } from './yamux-stream.ts'
import type { SendBuffer } from '../stream/send-buffer.ts'
import type { StreamHandler, StreamSession } from './yamux-stream.ts'

/** Protocol id of yamux. */
export const YAMUX_PROTOCOL = '/yamux/1.0.0'

/**
 * The limits of a session. A remote normally opens two or three streams in a visit, and the largest routing table
 * arrives in about 2,000 frames: each limit is several times what honest remotes need. Together they bound what a
 * remote can make us send (answers to pings and streams) to about 500 kB.
 */
const MAX_REMOTE_STREAMS = 32
const MAX_REMOTE_STREAMS_EVER = 128
const MAX_STRAY_FRAMES = 1_024
const MAX_FRAMES = 16_384

/** User of a session. */
export interface YamuxHandler {
  /** The remote opened a stream: returns the stream's reader. */
  onStream (stream: YamuxStream): StreamHandler

  /** The remote accepts no new streams and is about to close. */
  onGoAway (code: number): void
}

interface OpenStream { stream: YamuxStream, handler: StreamHandler }

/**
 * The client end of a yamux session (hashicorp/yamux specification): plain bytes in, frames out.
 *
 * The body of a frame is delivered as it arrives and never collected, so a frame costs its header and no copy.
 */
export class Yamux implements StreamSession {
  readonly out: SendBuffer
  readonly #handler: YamuxHandler
  readonly #streams = new Map<number, OpenStream>()
  readonly #partialHeader = new Uint8Array(HEADER_LENGTH)
  #partialLength = 0

  #nextId = 1

  /** Ids of the streams that the remote has opened, at most {@link MAX_REMOTE_STREAMS_EVER}. */
  readonly #remoteIds = new Set<number>()

  #remoteStreams = 0
  #strayFrames = 0
  #frames = 0
  #isStopped = false
  #ping: { value: number, onPong: () => void } | undefined

  /** The data frame whose body is arriving. */
  #bodyOf: OpenStream | undefined
  #bodyLeft = 0
  #bodyFlags = 0

  constructor (out: SendBuffer, handler: YamuxHandler) {
    this.out = out
    this.#handler = handler
  }

  /** Opens a stream. The remote learns about it with the first bytes sent on it. */
  open (handler: StreamHandler): YamuxStream {
    const stream = new YamuxStream(this, this.#nextId, FLAG.syn)
    this.#nextId += 2
    this.#streams.set(stream.id, { stream, handler })

    return stream
  }

  /** Sends a ping; `onPong` is called at the answer, unless the next ping is sent first. @param value 32 bits that the answer must repeat */
  ping (value: number, onPong: () => void): void {
    this.#ping = { value, onPong }
    appendHeader(this.out, kindOf(TYPE.ping, FLAG.syn), SESSION, value)
  }

  /** Stops reading. */
  stop (): void {
    this.#isStopped = true
  }

  /** A stream is closed. */
  onClosed (id: number): void {
    if (this.#streams.delete(id) && isRemote(id)) {
      this.#remoteStreams--
    }
  }

  /** Reads plain bytes from the remote. Throws PP_PEER_FAULT if they break the protocol or a limit. */
  feed (bytes: Uint8Array): void {
    let at = 0

    while (at < bytes.length && !this.#isStopped) {
      at = this.#bodyLeft > 0 ? this.#readBody(bytes, at) : this.#readHeader(bytes, at)
    }
  }

  #readHeader (bytes: Uint8Array, at: number): number {
    if (this.#partialLength === 0 && bytes.length - at >= HEADER_LENGTH) {
      this.#onFrame(bytes, at)

      return at + HEADER_LENGTH
    }

    const part = bytes.subarray(at, at + HEADER_LENGTH - this.#partialLength)
    this.#partialHeader.set(part, this.#partialLength)
    this.#partialLength += part.length

    if (this.#partialLength === HEADER_LENGTH) {
      this.#partialLength = 0
      this.#onFrame(this.#partialHeader, 0)
    }

    return at + part.length
  }

  #readBody (bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + this.#bodyLeft)
    this.#bodyLeft -= part.length

    if (this.#bodyOf?.stream.isClosed === false) {
      this.#bodyOf.handler.onData(part)
    }

    if (this.#bodyLeft === 0) {
      const body = this.#bodyOf
      this.#bodyOf = undefined
      this.#finish(body, this.#bodyFlags)
    }

    return at + part.length
  }

  #onFrame (bytes: Uint8Array, at: number): void {
    const type = bytes[at + 1]
    const flags = bytes[at + 3] ?? 0
    const id = readUint32(bytes, at + 4)
    const length = readUint32(bytes, at + 8)

    if (bytes[at] !== 0 || ++this.#frames > MAX_FRAMES) {
      throw peerFault('protocol-error', 'the remote sends yamux frames of another version, or too many')
    }

    if (type === TYPE.data || type === TYPE.windowUpdate) {
      this.#onStreamFrame(type, flags, { id, length })
    } else {
      this.#onSessionFrame(type, flags, length)
    }
  }

  #onSessionFrame (type: number | undefined, flags: number, value: number): void {
    if (type === TYPE.goAway) {
      this.#handler.onGoAway(value)
    } else if (type !== TYPE.ping) {
      throw peerFault('protocol-error', 'the remote sends a yamux frame of an unknown type')
    } else if ((flags & FLAG.syn) !== 0) {
      appendHeader(this.out, kindOf(TYPE.ping, FLAG.ack), SESSION, value)
    } else if (value === this.#ping?.value) {
      this.#ping.onPong()
    }
  }

  #onStreamFrame (type: number, flags: number, { id, length }: { id: number, length: number }): void {
    if (id === SESSION || (type === TYPE.data && length > INITIAL_WINDOW)) {
      throw peerFault('protocol-error', 'the remote sends a yamux data frame for no stream, or above the window')
    }

    if ((flags & FLAG.syn) !== 0) {
      this.#acceptStream(id)
    }

    const open = this.#streams.get(id)

    if (open === undefined && ++this.#strayFrames > MAX_STRAY_FRAMES) {
      throw peerFault('protocol-error', 'the remote sends yamux frames for streams that do not exist')
    }

    if (type === TYPE.windowUpdate) {
      open?.stream.widen(length)
      this.#finish(open, flags)
    } else {
      this.#startBody(open, flags, length)
    }
  }

  #startBody (open: OpenStream | undefined, flags: number, length: number): void {
    if (open?.stream.isRemoteEnded === true && length > 0) {
      throw peerFault('protocol-error', 'the remote sends on a yamux stream that it ended')
    }

    open?.stream.reserve(length)

    if (length === 0) {
      this.#finish(open, flags)

      return
    }

    this.#bodyOf = open
    this.#bodyFlags = flags
    this.#bodyLeft = length
  }

  #acceptStream (id: number): void {
    // The ids need not be in order: go-yamux allocates an id first and queues the frame later, so 4 may arrive before
    // 2.
    if (!isRemote(id) || this.#remoteIds.has(id)) {
      throw peerFault('protocol-error', 'the remote opens a yamux stream with one of our ids, or with a used one')
    }

    if (this.#remoteIds.add(id).size > MAX_REMOTE_STREAMS_EVER) {
      throw peerFault('limit-exceeded', 'the remote opens too many yamux streams')
    }

    const stream = new YamuxStream(this, id, FLAG.ack)

    if (this.#remoteStreams >= MAX_REMOTE_STREAMS) {
      stream.reset()

      return
    }

    this.#remoteStreams++
    this.#streams.set(id, { stream, handler: this.#handler.onStream(stream) })
  }

  /** Applies the flags that end a stream. They take effect after the frame's body. */
  #finish (open: OpenStream | undefined, flags: number): void {
    if (open === undefined || open.stream.isClosed || (flags & (FLAG.fin | FLAG.rst)) === 0) {
      return
    }

    const isReset = (flags & FLAG.rst) !== 0
    const wasEnded = open.stream.isRemoteEnded
    open.stream.endRemote(isReset)

    if (isReset) {
      open.handler.onReset()
    } else if (!wasEnded) {
      open.handler.onEnd()
    }
  }
}

/** The remote's streams have even ids, since it is the server. */
function isRemote (id: number): boolean {
  return id % 2 === 0
}
