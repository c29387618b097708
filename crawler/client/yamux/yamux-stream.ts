import { peerFault } from '../../peer/peer-fault.ts'
import { appendHeader, FLAG, INITIAL_WINDOW, kindOf, TYPE } from './yamux-frame.ts'
import type { SendBuffer } from '../stream/send-buffer.ts'

const MAX_WINDOW = 0xffff_ffff

/** Bytes that may be queued until the remote sends a window update. We send little, so more means that the remote abuses flow control. */
const MAX_QUEUED_BYTES = 65_536

/** Reader of a stream. */
export interface StreamHandler {
  /** Bytes arrived, which the reader may keep. It calls {@link YamuxStream.release} when it has consumed them. */
  onData (bytes: Uint8Array): void

  /** The remote sends no more. */
  onEnd (): void

  /** The remote reset the stream. */
  onReset (): void
}

/** The part of a session that a stream uses. */
export interface StreamSession {
  out: SendBuffer

  /** The stream is closed at both ends. */
  onClosed (id: number): void
}

/** One stream, with flow control in both directions (yamux specification, flow control). */
export class YamuxStream {
  readonly id: number
  readonly #session: StreamSession

  /** SYN for the first frame of a stream that we opened, ACK for our first frame on one that the remote opened. */
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

  /** Sends `bytes`, now or when the remote's window allows it. Throws PP_PEER_FAULT if too much is queued. */
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

  /** Ends our side after the queued bytes. */
  end (): void {
    this.#isEnding = true
    this.#finishWhenSent()
  }

  /** Resets the stream. */
  reset (): void {
    if (!this.#isClosed) {
      this.#control(FLAG.rst, 0)
      this.#close()
    }
  }

  /** Takes the `length` bytes of a new frame out of our receive window. Throws PP_PEER_FAULT if they exceed it. */
  reserve (length: number): void {
    this.#receiveWindow -= length

    if (this.#receiveWindow < 0) {
      throw peerFault('protocol-error', 'the remote exceeds its yamux window')
    }
  }

  /**
   * `length` bytes are consumed: updates the window. An update is sent for half a window at a time, since one per
   * frame would double the number of frames.
   */
  release (length: number): void {
    this.#consumed += length

    if (this.#consumed >= INITIAL_WINDOW / 2 && !this.#isClosed && !this.#isRemoteEnded) {
      this.#control(0, this.#consumed)
      this.#receiveWindow += this.#consumed
      this.#consumed = 0
    }
  }

  /** The remote accepts `length` more bytes. Throws PP_PEER_FAULT if its window exceeds 32 bits. */
  widen (length: number): void {
    this.#sendWindow += length

    if (this.#sendWindow > MAX_WINDOW) {
      throw peerFault('protocol-error', 'the remote increases its yamux window beyond 32 bits')
    }

    while (this.#queuedBytes > 0 && this.#sendWindow > 0) {
      this.#sendQueued()
    }

    this.#finishWhenSent()
  }

  /** The remote ended or reset the stream. */
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
      throw peerFault('limit-exceeded', 'the remote does not update its yamux window')
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
