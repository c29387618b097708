// The path of a message: decoded, gathered into a batch, written, its offset committed. An offset is committed
// only when every message below it is stored or its dead letter acknowledged.
import { onAbort } from '../../core/time/signals.ts'
import { Batcher } from './batcher.ts'
import { decode } from './decode.ts'
import type { IncomingMessage, MessageBatch } from '../../core/bus/port/event-bus.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BatchWriter } from './batch-writer.ts'
import type { DeadLetterRate } from './dead-letter-rate.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { DecodedMessage, RejectedMessage, StorableMessage } from './decode.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

export interface PipelineDeps {
  clock: Clock
  writer: BatchWriter
  deadLetters: DeadLetters
  rate: DeadLetterRate
  observer: PipelineObserver

  /** Commits the position of a partition: everything below the offset is processed. */
  commit: (partition: number, nextOffset: number) => Promise<void>
}

/** How messages are grouped into transactions. */
export interface PipelineOptions {
  maxMessages: number
  maxWaitMs: number

  /** Maximum number of transactions at the same time. */
  concurrentWrites: number
}

/** Handles the messages of all partitions of one subscription. */
export class Pipeline {
  readonly #deps: PipelineDeps
  readonly #batcher: Batcher<DecodedMessage>
  readonly #signal: AbortSignal

  /** @param signal ends the waits for a full batch and for the end of an outage. A running transaction is finished and committed. */
  constructor (deps: PipelineDeps, { maxMessages, maxWaitMs, concurrentWrites }: PipelineOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#signal = signal
    this.#batcher = new Batcher({
      clock: deps.clock,
      flush: async (messages) => {
        await this.#flush(messages)
      }
    }, { maxItems: maxMessages, maxWaitMs, maxInFlight: concurrentWrites })
    onAbort(signal, () => {
      this.#batcher.hurry()
    })
  }

  /** Resolves when the messages are stored or in the dead letters, and committed. */
  async handle ({ partition, messages, nextOffset }: MessageBatch): Promise<void> {
    const { clock, observer, commit } = this.#deps
    const nowMs = clock.now()
    observer.consumed(messages.length)

    if (messages.length > 0) {
      await this.#batcher.add(messages.map(message => decode(message, nowMs)))
    }

    // After all of them: of two transactions at the same time, the one with the later messages may end first.
    await commit(partition, nextOffset)
    observer.committed(messages.length, delayOf(messages, clock.now()))
  }

  async #flush (messages: readonly DecodedMessage[]): Promise<void> {
    const { writer, deadLetters, rate } = this.#deps
    const storable: StorableMessage[] = []
    const rejected: RejectedMessage[] = []

    for (const decoded of messages) {
      if (decoded.kind === 'rejected') {
        rejected.push(decoded)
      } else {
        storable.push(decoded)
      }
      if (!isLegacy(decoded)) {
        rate.record(decoded.kind === 'rejected')
      }
    }

    const refused = await writer.write(storable, this.#signal)

    refused.forEach(() => {
      rate.record(true)
    })
    await deadLetters.send([...rejected, ...refused], this.#signal)
  }
}

// Messages of an older program are not a fault: a whole topic of them must not raise an alert.
function isLegacy (decoded: DecodedMessage): boolean {
  return decoded.kind === 'rejected' && decoded.err.code === 'PP_LEGACY_MESSAGE'
}

// The delay of the oldest message. Clocks of other machines may be ahead of this one.
function delayOf (messages: readonly IncomingMessage[], nowMs: number): number | undefined {
  return messages.length === 0 ? undefined : Math.max(0, nowMs - messages.reduce((oldest, { timestampMs }) => Math.min(oldest, timestampMs), nowMs))
}
