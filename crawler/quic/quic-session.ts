import { Proposal } from '../fast/multistream.ts'
import { peerFault } from '../visit/peer-fault.ts'
import { readIdentify } from '../visit/read-identify.ts'
import { IDENTIFY_PROTOCOL } from '../wire/identify-message.ts'
import { ProposedStream } from './quic-stream.ts'
import type { Clock } from '../../core/clock.ts'
import type { QueryStream, Session } from '../visit/session.ts'
import type { MultiaddrConnection, Stream, StreamMuxer } from '@libp2p/interface'

/** A QUIC connection that stands. */
export interface QuicConnection {
  maConn: Pick<MultiaddrConnection, 'abort'>
  muxer: StreamMuxer
}

/** What a session needs. */
export interface QuicSessionDeps {
  clock: Clock

  /** Our answer to the remote's identify, with the lines of its negotiation. */
  identifyReply: Uint8Array

  /** Disposed of with the session. */
  slot: Disposable
}

const IDENTIFY = new Proposal(IDENTIFY_PROTOCOL)
const IDENTIFY_LINE = Buffer.from(`${IDENTIFY_PROTOCOL}\n`)
const NOTHING = new Uint8Array(0)

// Remotes ask once; more would be a way to make us send.
const MAX_ANSWERS = 2

/** One for all: each visit ends in it, and an error of its own costs a stack trace. */
const VISITED = peerFault('aborted', 'the visit is over')

/** A {@link Session} of the QUIC lane. */
export class QuicSession implements Session {
  readonly connection = { transport: 'quic-v1', limited: false } as const
  readonly #deps: QuicSessionDeps
  readonly #connection: QuicConnection
  #latencyMs: number
  #answers = 0
  #isOver = false

  /** @param dialMs how long the dial took, which is one round trip */
  constructor (deps: QuicSessionDeps, connection: QuicConnection, dialMs: number) {
    this.#deps = deps
    this.#connection = connection
    this.#latencyMs = dialMs
    connection.muxer.addEventListener('stream', ({ detail }) => {
      this.#answer(detail)
    })
  }

  get latencyMs (): number {
    return this.#latencyMs
  }

  async identify (signal: AbortSignal): Promise<Uint8Array> {
    const stream = await this.#open(IDENTIFY, NOTHING, signal)

    if (stream === undefined) {
      throw peerFault('reset', 'the remote refuses identify')
    }

    return await readIdentify(stream, signal)
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
      this.#connection.maConn.abort(VISITED)
      this.#deps.slot[Symbol.dispose]()
    }
  }

  // Opening a stream takes no round trip; the remote's consent to its protocol takes one.
  async #open (proposal: Proposal, first: Uint8Array, signal: AbortSignal): Promise<ProposedStream | undefined> {
    const started = this.#deps.clock.monotonic()
    let stream: Stream

    try {
      stream = await this.#connection.muxer.createStream({ signal })
    } catch (err) {
      signal.throwIfAborted()
      throw peerFault('reset', 'the remote closed the connection', err)
    }

    const proposed = new ProposedStream(stream, proposal, first)

    if (!await proposed.isSelected(signal)) {
      stream.abort(VISITED)
      return undefined
    }

    this.#latencyMs = Math.min(this.#latencyMs, this.#deps.clock.monotonic() - started)

    return proposed
  }

  // Some remotes hang up on those who do not say who they are.
  #answer (stream: Stream): void {
    if (++this.#answers > MAX_ANSWERS) {
      stream.abort(VISITED)
      return
    }

    stream.addEventListener('message', ({ data }) => {
      if (!this.#isOver && Buffer.from(data.subarray()).includes(IDENTIFY_LINE)) {
        stream.send(this.#deps.identifyReply)
        stream.close().catch(() => {
          stream.abort(VISITED)
        })
      } else {
        stream.abort(VISITED)
      }
    }, { once: true })
  }
}
