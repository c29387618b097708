import { raceAbort } from '../../core/time/race-abort.ts'
import { Proposal } from '../client/stream/multistream.ts'
import { least, stopwatch } from '../dial/latency.ts'
import { IDENTIFY_PROTOCOL } from '../identify/identify-message.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { closeStream } from './native-quic.ts'
import { ProposedStream } from './quic-stream.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { QueryStream, ReadStream, Session } from '../dial/session.ts'
import type { NativeConnection, NativeStream } from './native-quic.ts'

export interface QuicSessionDeps {
  clock: Clock

  /** Our identify message, with the multistream lines before it. */
  identifyReply: Uint8Array

  /** Disposed of with the session. */
  slot: Disposable
}

const IDENTIFY = new Proposal(IDENTIFY_PROTOCOL)
const IDENTIFY_LINE = Buffer.from(`${IDENTIFY_PROTOCOL}\n`)
const NOTHING = new Uint8Array(0)

// Remotes normally request identify once, as their first stream. This bounds the work that a remote can cause.
const MAX_QUESTIONS = 2

// Bytes read of the remote's negotiation.
const MAX_QUESTION_BYTES = 1_024

/** A {@link Session} over QUIC. */
export class QuicSession implements Session {
  readonly connection = { transport: 'quic-v1', limited: false } as const
  readonly #deps: QuicSessionDeps
  readonly #connection: NativeConnection
  #latency: Latency
  #isOver = false

  /** @param dialled duration of the dial, which is one round trip */
  constructor (deps: QuicSessionDeps, connection: NativeConnection, dialled: Latency) {
    this.#deps = deps
    this.#connection = connection
    this.#latency = dialled
    void this.#answerIdentify()
  }

  get latency (): Latency {
    return this.#latency
  }

  async openIdentify (signal: AbortSignal): Promise<ReadStream> {
    const stream = await this.#open(IDENTIFY, NOTHING, signal)

    if (stream === undefined) {
      throw peerFault('reset', 'the remote refuses identify')
    }

    return stream
  }

  async openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    for (const protocol of protocols) {
      const stream = await this.#open(new Proposal(protocol), first, signal)

      if (stream !== undefined) {
        return stream
      }
    }

    return undefined
  }

  [Symbol.dispose] (): void {
    if (!this.#isOver) {
      this.#isOver = true
      this.#connection.abort()
      this.#deps.slot[Symbol.dispose]()
    }
  }

  // Opening a stream takes no round trip; the answer to the proposed protocol takes one.
  async #open (proposal: Proposal, first: Uint8Array, signal: AbortSignal): Promise<ProposedStream | undefined> {
    const elapsed = stopwatch(this.#deps.clock)
    let stream: NativeStream

    try {
      stream = await raceAbort(this.#connection.outboundStream(), signal, closeStream)
    } catch (err) {
      signal.throwIfAborted()
      throw peerFault('reset', 'the remote closed the connection', err)
    }

    using unselected = new DisposableStack()
    const proposed = unselected.use(new ProposedStream(stream, proposal, first))

    if (!await proposed.isSelected(signal)) {
      return undefined
    }

    unselected.move()
    this.#latency = least(this.#latency, elapsed()) ?? this.#latency

    return proposed
  }

  // Some remotes close the connection of peers that do not answer identify.
  async #answerIdentify (): Promise<void> {
    try {
      for (let i = 0; i < MAX_QUESTIONS && !await this.#answer(await this.#connection.inboundStream()); i++) {
        // the stream was not for identify
      }
    } catch {
      // The connection has ended.
    }
  }

  /** Whether the stream was for identify. */
  async #answer (stream: NativeStream): Promise<boolean> {
    const asked = await stream.read(MAX_QUESTION_BYTES)

    if (asked == null || !Buffer.from(asked).includes(IDENTIFY_LINE)) {
      closeStream(stream)
      return false
    }

    await stream.write(this.#deps.identifyReply)
    await stream.finishWrite()

    return true
  }
}
