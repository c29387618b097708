// Publishes the routing tables of each crawl beside the visits. A crawl never waits for them: if the bus does not take them as fast
// as they are read, the rest of the crawl's tables are given up, and no file is made of this crawl.
import { isAbort } from '../../../core/time/signals.ts'
import { withTimeLimit } from '../../../core/time/with-time-limit.ts'
import { KeySpace } from './key-space.ts'
import { neighboursEndMessage, neighboursMessage } from './neighbours-message.ts'
import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { MessageContext } from '../message-context.ts'
import type { Publisher } from '../publisher.ts'
import type { TableSink } from '../publishing-sink.ts'

// Bytes of tables that one crawl publishes: 8 million entries. The IPFS network has 2.5 million.
const MAX_TABLE_BYTES = 536_870_912

/** How long the end of a crawl waits until its tables are acknowledged, in milliseconds. */
export const END_WAIT_MS = 30_000

/** What became of the tables of the crawls of a process. */
export interface NeighboursCounters {
  /** Bytes of messages. */
  bytes: number

  /** Tables of which only the number of entries was published. */
  leftOut: number

  /** Crawls whose tables were given up. */
  givenUp: number
}

export interface NeighboursPublisherDeps {
  clock: Clock
  log: Logger
  publisher: Pick<Publisher, 'hasRoom' | 'accept' | 'drain'>
  context: MessageContext
}

/** The tables of one crawl. */
export interface CrawlTables extends TableSink {
  /** Announces the end; waits for a limited time until everything is acknowledged, unless `signal` aborts. Never rejects. */
  end (state: 'finished' | 'aborted', signal: AbortSignal): Promise<void>
}

/** Publishes the routing tables of a scan's crawls. */
export class NeighboursPublisher {
  readonly #deps: NeighboursPublisherDeps
  readonly #space = new KeySpace()
  readonly #counters: NeighboursCounters = { bytes: 0, leftOut: 0, givenUp: 0 }

  constructor (deps: NeighboursPublisherDeps) {
    this.#deps = deps
  }

  get counters (): Readonly<NeighboursCounters> {
    return this.#counters
  }

  /** Begins a crawl. */
  begin (crawlId: number): CrawlTables {
    const { context, publisher, clock } = this.#deps
    let sequence = 0
    let bytes = 0
    let isGivenUp = false

    return {
      accept: (visit, form) => {
        if (isGivenUp || !publisher.hasRoom) {
          isGivenUp ||= this.#giveUp(crawlId, sequence)
          return
        }

        const isListed = form === 'whole' && bytes < MAX_TABLE_BYTES
        const message = neighboursMessage(visit, context, { sequence: ++sequence, isListed }, this.#space)
        bytes += message.value.length
        this.#counters.bytes += message.value.length
        this.#counters.leftOut += !isListed && (visit.result.routingTable?.peers.length ?? 0) > 0 ? 1 : 0
        publisher.accept(message)
      },
      end: async (state, signal) => {
        publisher.accept(neighboursEndMessage({ scan: context.scan, crawlId, state: isGivenUp ? 'aborted' : state, messages: sequence }, clock.now()))

        if (state === 'finished' && !signal.aborted) {
          await this.#drain(crawlId, signal)
        }
      }
    }
  }

  #giveUp (crawlId: number, messages: number): true {
    this.#counters.givenUp++
    this.#deps.log.error({ crawlId, count: messages }, 'the bus does not take routing tables fast enough: those of this crawl are given up, its visits are not affected')

    return true
  }

  // The visits of the crawl are published in any case.
  async #drain (crawlId: number, signal: AbortSignal): Promise<void> {
    const { clock, log, publisher } = this.#deps

    try {
      const isDone = await withTimeLimit(publisher.drain(signal).then(() => true), { clock, limitMs: END_WAIT_MS, onTimeout: () => false })

      if (!isDone) {
        log.warn({ crawlId }, 'routing tables are not acknowledged yet: they are published later')
      }
    } catch (err) {
      if (!isAbort(err)) {
        log.error({ err, crawlId }, 'routing tables cannot be published')
      }
    }
  }
}
