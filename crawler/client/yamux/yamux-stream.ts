import { peerFault } from '../../peer/peer-fault.ts'
import { appendHeader, FLAG, INITIAL_WINDOW, kindOf, TYPE } from './yamux-frame.ts'
import type { SendBuffer } from '../stream/send-buffer.ts'

const MAX_WINDOW = 0xffff_ffff

/** Bytes that may wait for the remote to open its window: we send little, so that more means a remote that only takes. */
const MAX_QUEUED_BYTES = 65_536

/** Who reads a stream. */
export interface StreamHandler {
  /** Bytes arrived, which the reader may keep. It says by {@link YamuxStream.release} when it has consumed them. */
  onData (bytes: Uint8Array): void

  /** The remote sends no more. */
  onEnd (): void

  /** The remote gave the stream up. */
  onReset (): void
}

/** What a stream needs of its session. */
export interface StreamSession {
  out: SendBuffer

  /** Both ends are done with the stream. */
  onClosed (id: number): void
}

/** One stream: the flow control of both directions (yamux specification, flow control). */
export class YamuxStream {
  readonly id: number
  readonly #session: StreamSession

  /** SYN on the first frame of a stream of ours, ACK on our first in one of the remote's. */
  #firstFlags: number
  #sendWindow = INITIAL_WINDOW
  #receiveWindow = INITIAL_WINDOW
  #consumed = 0
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #isEnding = false
  #isEnded = false
  #isRemoteEnded = false
  #isClosed = false

  constructor (session: StreamSession, id: number, firstFlags: number) {
    this.#session = session
    this.id = id
    this.#firstFlags = firstFlags
  }

  /** Whether nothing more can be sent or will be delivered. */
  get isClosed (): boolean {
    return this.#isClosed
  }

  /** Whether the remote sends no more. */
  get isRemoteEnded (): boolean {
    return this.#isRemoteEnded
  }

  /** Sends `bytes`, now or when the remote's window opens. Throws PP_PEER_FAULT when too much waits. */
  send (bytes: Uint8Array): void {
    if (this.#isClosed || this.#isEnding) {
      return
    }

    const now = this.#queuedBytes > 0 ? 0 : Math.min(bytes.length, this.#sendWindow)
    this.#sendData(bytes.subarray(0, now))

    if (now < bytes.length) {
      this.#enqueue(bytes.slice(now))
    }
  }

  /** Sends no more after what waits. */
  end (): void {
    this.#isEnding = true
    this.#finishWhenSent()
  }

  /** Gives the stream up. */
  reset (): void {
    if (!this.#isClosed) {
      this.#control(FLAG.rst, 0)
      this.#close()
    }
  }

  /** Takes `length` bytes of a frame that begins out of the window that we gave. Throws PP_PEER_FAULT when they pass it. */
  reserve (length: number): void {
    this.#receiveWindow -= length

    if (this.#receiveWindow < 0) {
      throw peerFault('protocol-error', 'the remote sends past its yamux window')
    }
  }

  /** `length` bytes are consumed: gives their window back, half a window at a time: an update per frame would double the frames. */
  release (length: number): void {
    this.#consumed += length

    if (this.#consumed >= INITIAL_WINDOW / 2 && !this.#isClosed && !this.#isRemoteEnded) {
      this.#control(0, this.#consumed)
      this.#receiveWindow += this.#consumed
      this.#consumed = 0
    }
  }

  /** The remote takes `length` more bytes. Throws PP_PEER_FAULT when its window leaves 32 bits. */
  widen (length: number): void {
    this.#sendWindow += length

    if (this.#sendWindow > MAX_WINDOW) {
      throw peerFault('protocol-error', 'the remote opens its yamux window too far')
    }

    while (this.#queuedBytes > 0 && this.#sendWindow > 0) {
      this.#sendQueued()
    }

    this.#finishWhenSent()
  }

  /** The remote sends no more, or gave the stream up. */
  endRemote (isReset: boolean): void {
    this.#isRemoteEnded = true

    if (isReset || this.#isEnded) {
      this.#close()
    }
  }

  #sendQueued (): void {
    const [head = new Uint8Array(0)] = this.#queue
    const now = Math.min(head.length, this.#sendWindow)
    this.#sendData(head.subarray(0, now))
    this.#queuedBytes -= now

    if (now === head.length) {
      this.#queue.shift()
    } else {
      this.#queue[0] = head.subarray(now)
    }
  }

  #enqueue (bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length

    if (this.#queuedBytes > MAX_QUEUED_BYTES) {
      throw peerFault('limit-exceeded', 'the remote does not open its yamux window')
    }

    this.#queue.push(bytes)
  }

  #sendData (bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#sendWindow -= bytes.length
      appendHeader(this.#session.out, kindOf(TYPE.data, this.#takeFirstFlags()), this.id, bytes.length)
      this.#session.out.append(bytes)
    }
  }

  #control (flags: number, length: number): void {
    appendHeader(this.#session.out, kindOf(TYPE.windowUpdate, this.#takeFirstFlags() | flags), this.id, length)
  }

  #takeFirstFlags (): number {
    const flags = this.#firstFlags
    this.#firstFlags = 0

    return flags
  }

  #finishWhenSent (): void {
    if (!this.#isEnding || this.#isEnded || this.#isClosed || this.#queuedBytes > 0) {
      return
    }

    this.#isEnded = true
    this.#control(FLAG.fin, 0)

    if (this.#isRemoteEnded) {
      this.#close()
    }
  }

  #close (): void {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#queue = []
      this.#queuedBytes = 0
      this.#session.onClosed(this.id)
    }
  }
}
