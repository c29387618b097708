// The way of a message: decoded, gathered into a batch, written, its offset committed. An offset is
// committed only when every message below it is stored or its dead letter acknowledged.
import { isProbeError } from '../../core/errors.ts'
import { onAbort } from '../../core/time/signals.ts'
import { Batcher } from './batcher.ts'
import { decode } from './decode.ts'
import type { IncomingMessage, MessageBatch } from '../../core/bus/port/event-bus.ts'
import type { ProbeError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BatchWriter } from './batch-writer.ts'
import type { DeadLetter } from './dead-letter-forms.ts'
import type { DeadLetterRate } from './dead-letter-rate.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Decoded } from './decode.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

export interface PipelineDeps {
  clock: Clock
  writer: BatchWriter
  deadLetters: DeadLetters
  rate: DeadLetterRate
  observer: PipelineObserver

  /** Marks everything below an offset of a partition as done. */
  commit: (partition: number, nextOffset: number) => Promise<void>
}

/** How messages become transactions. */
export interface PipelineOptions {
  maxMessages: number
  maxWaitMs: number

  /** Transactions at the same time at most. */
  concurrentWrites: number
}

type Item = { message: IncomingMessage } & ({ decoded: Decoded } | { err: ProbeError })

/** Handles the messages of all partitions of one subscription. */
export class Pipeline {
  readonly #deps: PipelineDeps
  readonly #batcher: Batcher<Item>
  readonly #signal: AbortSignal

  /** @param signal ends waiting: for a batch to fill, for an outage to end. A running transaction is finished and committed. */
  constructor (deps: PipelineDeps, { maxMessages, maxWaitMs, concurrentWrites }: PipelineOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#signal = signal
    this.#batcher = new Batcher({
      clock: deps.clock,
      flush: async (items) => {
        await this.#flush(items)
      }
    }, { maxItems: maxMessages, maxWaitMs, maxInFlight: concurrentWrites })
    onAbort(signal, () => {
      this.#batcher.hurry()
    })
  }

  /** Resolves when the messages are stored, or dead-lettered, and committed. */
  async handle ({ partition, messages, nextOffset }: MessageBatch): Promise<void> {
    const { clock, observer, commit } = this.#deps
    const nowMs = clock.now()
    observer.consumed(messages.length)

    if (messages.length > 0) {
      await this.#batcher.add(messages.map(message => toItem(message, nowMs)))
    }

    // Only now: of two transactions at the same time the later messages' may be the first to end.
    await commit(partition, nextOffset)
    observer.committed(messages.length, delayOf(messages, clock.now()))
  }

  async #flush (items: readonly Item[]): Promise<void> {
    const { writer, deadLetters, rate } = this.#deps
    const letters: DeadLetter[] = items.flatMap(item => 'err' in item ? [{ message: item.message, err: item.err, attempts: 1 }] : [])

    for (const item of items.filter(item => !isLegacy(item))) {
      rate.record('err' in item)
    }

    const refused = await writer.write(items.flatMap(item => 'decoded' in item ? [item] : []), this.#signal)

    refused.forEach(() => {
      rate.record(true)
    })
    await deadLetters.send([...letters, ...refused], this.#signal)
  }
}

// What an older program left on the topic is no fault of anyone: a whole topic of it must not raise an alarm.
function isLegacy (item: Item): boolean {
  return 'err' in item && item.err.code === 'PP_LEGACY_MESSAGE'
}

// Clocks of other machines may be ahead of ours.
function delayOf (messages: readonly IncomingMessage[], nowMs: number): number | undefined {
  return messages.length === 0 ? undefined : Math.max(0, nowMs - messages.reduce((oldest, { timestampMs }) => Math.min(oldest, timestampMs), nowMs))
}

function toItem (message: IncomingMessage, nowMs: number): Item {
  try {
    return { message, decoded: decode(message, nowMs) }
  } catch (err) {
    if (!isProbeError(err)) {
      throw err
    }

    return { message, err }
  }
}
