import { onAbort } from '../../core/time/signals.ts'
import { outcomeOfFault, peerFault } from '../peer/peer-fault.ts'
import { Selection } from './stream/multistream.ts'
import type { QueryStream } from '../dial/session.ts'
import type { Proposal } from './stream/multistream.ts'
import type { StreamHandler, YamuxStream } from './yamux/yamux-stream.ts'

const EMPTY = new Uint8Array(0)

/** One shared error: every visit closes its streams with it, and a new error would cost a stack trace. */
const GIVEN_UP = peerFault('aborted', 'the stream was closed')

/** A secured connection on which streams can be opened. */
export interface StreamOpener {
  open (handler: StreamHandler): YamuxStream
}

/**
 * One outbound stream of one protocol, read by pulling.
 *
 * Data is sent before the remote agrees to the protocol. Until the remote answers, the stream keeps what it sent, so
 * that it can be opened again on another connection. The window is updated only as bytes are read, so at most one
 * window of data is buffered here.
 */
export class ProtocolStream implements QueryStream, StreamHandler {
  readonly #proposal: Proposal
  readonly #onAnswer: () => void
  readonly #onGivenUp: (stream: ProtocolStream) => void
  #selection: Selection
  #stream: YamuxStream | undefined
  #sent: Uint8Array[] = []
  #chunks: Uint8Array[] = []
  #isAnswered = false
  #isEnded = false
  #fault: Error | undefined
  #wake: (() => void) | undefined

  /**
   * @param onAnswer called at the first bytes from the remote
   * @param onGivenUp called when the stream is disposed of
   */
  constructor (proposal: Proposal, onAnswer: () => void, onGivenUp: (stream: ProtocolStream) => void = () => undefined) {
    this.#proposal = proposal
    this.#onAnswer = onAnswer
    this.#onGivenUp = onGivenUp
    this.#selection = new Selection(proposal)
  }

  /** The proposed protocol. */
  get protocol (): string {
    return this.#proposal.protocol
  }

  /** Opens the stream on `connection`, or opens it again, sending all that was sent before. */
  attach (connection: StreamOpener): void {
    this.#selection = new Selection(this.#proposal)
    this.#stream = connection.open(this)
    this.#stream.send(Buffer.concat([this.#proposal.opening, ...this.#sent]))
  }

  /** Sends `bytes` in the protocol, in one piece with the proposal if nothing has been flushed since. */
  send (bytes: Uint8Array): void {
    if (!this.#isAnswered) {
      this.#sent.push(bytes)
    }

    this.#stream?.send(bytes)
  }

  /** Whether the remote supports the protocol. Throws PP_PEER_FAULT if the stream ends before the answer. */
  async isSelected (signal: AbortSignal): Promise<boolean> {
    while (this.#selection.state === 'pending') {
      if (this.#isEnded) {
        throw peerFault('reset', 'the remote ended a stream before it answered')
      }

      await this.#change(signal)
    }

    return this.#selection.state === 'selected'
  }

  /** All buffered bytes, or the next ones to arrive; undefined at the end. Throws PP_PEER_FAULT if the stream broke. */
  async read (signal: AbortSignal): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#isEnded) {
        return undefined
      }

      await this.#change(signal)
    }

    const [first = EMPTY, ...more] = this.#chunks
    const bytes = more.length === 0 ? first : Buffer.concat([first, ...more])
    this.#chunks = []
    this.#stream?.release(bytes.length)

    return bytes
  }

  /** Breaks the stream: its reader gets `fault`. */
  fail (fault: Error): void {
    this.#fault ??= fault
    this.#wake?.()
  }

  /** Resets the stream. */
  [Symbol.dispose] (): void {
    this.#stream?.reset()
    this.fail(GIVEN_UP)
    this.#onGivenUp(this)
  }

  onData (bytes: Uint8Array): void {
    if (!this.#isAnswered) {
      this.#isAnswered = true
      this.#sent = []
      this.#onAnswer()
    }

    if (this.#selection.state === 'selected') {
      this.#deliver(bytes)
    } else {
      this.#select(bytes)
    }

    this.#wake?.()
  }

  onEnd (): void {
    this.#isEnded = true
    this.#stream?.end()
    this.#wake?.()
  }

  onReset (): void {
    this.fail(peerFault('reset', 'the remote reset a stream'))
  }

  /** A remote that breaks multistream here loses this stream; the other streams continue. */
  #select (bytes: Uint8Array): void {
    try {
      const rest = this.#selection.feed(bytes)
      this.#stream?.release(bytes.length - rest.length)
      this.#deliver(rest)
    } catch (err) {
      if (outcomeOfFault(err) === undefined) {
        throw err
      }

      this.#stream?.reset()
      this.fail(err as Error)
    }
  }

  #deliver (bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#chunks.push(bytes)
    }
  }

  /** Waits until something happens to the stream. One caller at a time: a stream has one reader. */
  async #change (signal: AbortSignal): Promise<void> {
    if (this.#fault !== undefined) {
      throw this.#fault
    }

    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    this.#wake = () => {
      resolve(undefined)
    }
    using _ = onAbort(signal, reject)

    try {
      await promise
    } finally {
      this.#wake = undefined
    }
  }
}
