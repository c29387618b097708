// Sends all queries at once on one stream and matches the answers by their order (go-libp2p, rust-libp2p and
// js-libp2p serve a stream's messages in order). Some servers end the stream after one answer. The remaining queries
// are then sent on a new stream, as long as each stream brings an answer.
import { defined } from '../../core/defined.ts'
import { raceAbort } from '../../core/time/race-abort.ts'
import { classify } from '../peer/classify.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { concatBytes } from '../wire/bytes.ts'
import { FrameReader } from '../wire/frames.ts'
import { decodeFindNode, encodeFindNode, MAX_REPLY_BYTES } from './find-node.ts'
import { kadPrefix } from './kad-key.ts'
import { Neighbours } from './neighbours.ts'
import { firstQueries, moreQueries, NEIGHBOURHOOD, queryKey } from './table-queries.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { QueryStream } from '../dial/session.ts'
import type { Classified } from '../peer/classify.ts'
import type { ReplyPeers } from '../peer/reply-peers.ts'
import type { RoutingTable } from './routing-table.ts'
import type { QueryPlan, VisitTarget } from './visit-target.ts'

/** Streams opened to read one peer's routing table. */
const MAX_STREAMS = 4

export interface AskDeps {
  clock: Clock

  /** Opens a stream of the DHT protocol and sends these framed requests on it first; undefined if the remote does not support the protocol. */
  open: (first: Uint8Array, signal: AbortSignal) => Promise<QueryStream | undefined>
}

/** The result of the queries. */
export interface TableAnswer {
  /** Absent if nothing was asked: the remote does not support the protocol, or no stream could be opened. */
  table?: RoutingTable

  /** Usable answers. */
  answered: number

  /** The protocol of the answers. */
  protocol?: string

  /** Why the queries ended early. */
  fault?: Classified
}

/** Queries a peer's routing table. Keeps the answers received before a failure, and never rejects because of the remote. */
export async function readRoutingTable (target: VisitTarget, deps: AskDeps, requestTimeoutMs: number, signal: AbortSignal): Promise<TableAnswer> {
  return await new TableQuery(target, deps, requestTimeoutMs, signal).run()
}

class TableQuery {
  readonly #answers: ReplyPeers[] = []
  readonly #plan: QueryPlan
  readonly #prefix: number
  readonly #deps: AskDeps
  readonly #deadline: PeerDeadline

  /** Queries without an answer yet, in the order of sending. */
  #waiting: number[]

  #answered = 0
  #unusable = 0
  #protocol: string | undefined

  /** Peers in the answer with the closest ones, which is the first. */
  #closest = 0

  constructor (target: VisitTarget, deps: AskDeps, requestTimeoutMs: number, signal: AbortSignal) {
    this.#plan = target.plan
    this.#prefix = kadPrefix(target.id)
    this.#deps = deps
    this.#deadline = new PeerDeadline(deps.clock, requestTimeoutMs, signal)
    this.#waiting = [...firstQueries(target.plan)]
  }

  async run (): Promise<TableAnswer> {
    using held = new DisposableStack()
    held.use(this.#deadline)

    try {
      await this.#askAll()
    } catch (err) {
      return { ...this.#result(), fault: classify(err) }
    }

    return this.#result()
  }

  async #askAll (): Promise<void> {
    for (let streams = 0; this.#waiting.length > 0 && streams < MAX_STREAMS; streams++) {
      const before = this.#answered
      this.#deadline.restart()
      using stream = await this.#open()

      if (stream === undefined) {
        return
      }

      this.#protocol = stream.protocol
      await this.#askOn(stream, before)

      if (this.#answered === before) {
        return
      }
    }
  }

  async #open (): Promise<QueryStream | undefined> {
    const { signal } = this.#deadline

    return await raceAbort(this.#deps.open(this.#requests(this.#waiting), signal), signal, (late) => {
      late?.[Symbol.dispose]()
    })
  }

  /** Sends all pending queries on one stream, until all are answered or the stream ends. */
  async #askOn (stream: QueryStream, answeredBefore: number): Promise<void> {
    try {
      await this.#exchange(stream)
    } catch (err) {
      if (this.#deadline.signal.aborted || this.#answered === answeredBefore) {
        throw err
      }

      // after at least one answer, a reset counts as the end of the stream: the next stream takes the pending queries
    }
  }

  async #exchange (stream: QueryStream): Promise<void> {
    const frames = new FrameReader(MAX_REPLY_BYTES)

    while (this.#waiting.length > 0) {
      const reply = frames.next()

      if (reply !== undefined) {
        this.#take(reply, stream)
        continue
      }
      if (frames.malformed) {
        throw peerFault('protocol-error', 'the length of an answer is malformed or above the limit')
      }

      const chunk = await raceAbort(stream.read(this.#deadline.signal), this.#deadline.signal)

      if (chunk === undefined) {
        return
      }

      frames.push(chunk)
    }
  }

  #requests (queries: readonly number[]): Uint8Array {
    return concatBytes(queries.map(query => encodeFindNode(queryKey(query, this.#prefix))))
  }

  #take (reply: Uint8Array, stream: QueryStream): void {
    const query = this.#waiting.shift()
    const peers = decodeFindNode(reply)
    this.#deadline.restart()

    if (peers === undefined) {
      this.#unusable++

      return
    }

    this.#answered++
    this.#answers.push(peers)
    const closest = query === NEIGHBOURHOOD ? peers.list() : []
    const more = query === NEIGHBOURHOOD ? moreQueries(this.#plan, this.#prefix, closest) : []
    this.#closest += closest.length

    if (more.length > 0) {
      this.#waiting.push(...more)
      stream.send(this.#requests(more))
    }
  }

  #result (): TableAnswer {
    const answered = this.#answered
    const protocol = this.#protocol
    const failed = this.#unusable + this.#waiting.length
    const neighbours = new Neighbours()
    this.#answers.forEach((peers) => {
      neighbours.add(peers.list())
    })

    const peers = neighbours.list()
    const closest = Math.min(this.#closest, peers.length)

    return {
      answered,
      ...defined({ protocol, table: protocol !== undefined ? { queries: answered + failed, failed, peers, closest } : undefined })
    }
  }
}
