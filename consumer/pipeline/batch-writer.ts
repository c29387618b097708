// What a failure of the database means for a batch: a conflict is tried again some times, an outage
// is waited out for ever, a data error is narrowed down to the message that carries it.
import { isProbeError } from '../../core/errors.ts'
import { backoffMs } from '../../core/time/backoff.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { IncomingMessage } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { NodeStore, StoreBatch } from '../store/model/node-store.ts'
import type { DeadLetter } from './dead-letter-forms.ts'
import type { Decoded } from './decode.ts'
import type { Outage } from './outage.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

/** A message with what it says. */
export interface StorableMessage {
  message: IncomingMessage
  decoded: Decoded
}

export interface BatchWriterDeps {
  store: Pick<NodeStore, 'write'>
  clock: Clock
  log: Logger
  outage: Outage
  observer: PipelineObserver

  /** Source of randomness in [0, 1) for the waits of an outage. @default Math.random */
  random?: () => number
}

/** How a batch writer retries. */
export interface BatchWriterOptions {
  /** Retries of a transaction after a conflict. */
  attempts: number

  /** Wait before the first of them in milliseconds; the second waits twice, the third three times as long. */
  backoffMs: number
}

/** Writes batches to the store. */
export class BatchWriter {
  readonly #deps: BatchWriterDeps
  readonly #options: BatchWriterOptions

  constructor (deps: BatchWriterDeps, options: BatchWriterOptions) {
    this.#deps = deps
    this.#options = options
  }

  /**
   * Writes messages and resolves when all are stored but those that it returns, whose data the
   * database refuses. Waits as long as an outage lasts.
   *
   * @throws AbortError when `signal` aborts while it waits; ProbeError `PP_STORE_SCHEMA`
   */
  async write (messages: readonly StorableMessage[], signal: AbortSignal): Promise<DeadLetter[]> {
    return await this.#writeOrBisect(messages, 1, signal)
  }

  async #writeOrBisect (messages: readonly StorableMessage[], attempts: number, signal: AbortSignal): Promise<DeadLetter[]> {
    if (messages.length === 0) {
      return []
    }

    try {
      await this.#writeAll(messages, signal)
      return []
    } catch (err) {
      if (!isProbeError(err, 'PP_STORE_DATA')) {
        throw err
      }
      if (messages[0] !== undefined && messages.length === 1) {
        return [{ message: messages[0].message, err, attempts }]
      }
    }

    // Halves are written apart and may be repeated: that changes nothing, and nothing is committed yet.
    const middle = messages.length >>> 1

    return [
      ...await this.#writeOrBisect(messages.slice(0, middle), attempts + 1, signal),
      ...await this.#writeOrBisect(messages.slice(middle), attempts + 1, signal)
    ]
  }

  async #writeAll (messages: readonly StorableMessage[], signal: AbortSignal): Promise<void> {
    const { store, clock, outage, observer } = this.#deps
    const batch = toBatch(messages)

    for (let failures = 0, conflicts = 0; ;) {
      const startMs = clock.monotonic()

      try {
        const report = await store.write(batch)
        outage.end()
        observer.wrote(report, { messages: messages.length, durationMs: clock.monotonic() - startMs })
        return
      } catch (err) {
        const isConflict = isProbeError(err, 'PP_STORE_CONFLICT')

        if (isConflict && conflicts < this.#options.attempts) {
          conflicts++
          await this.#afterConflict(err, conflicts, signal)
        } else if (isConflict || isProbeError(err, 'PP_STORE_UNAVAILABLE') || isProbeError(err, 'PP_DISK_LOW')) {
          failures++
          await this.#inOutage(err, failures, signal)
        } else {
          throw err
        }
      }
    }
  }

  async #afterConflict (err: unknown, conflicts: number, signal: AbortSignal): Promise<void> {
    const { clock, log, observer } = this.#deps
    const waitMs = this.#options.backoffMs * conflicts
    observer.retried('conflict')
    log.warn({ err, conflicts, waitMs }, 'transaction lost to another one, trying it again')
    await sleep(clock, waitMs, signal)
  }

  async #inOutage (err: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, outage, observer, random } = this.#deps
    outage.begin(err)
    observer.retried('store-unavailable')
    await sleep(clock, backoffMs(failures, random === undefined ? {} : { random }), signal)
  }
}

function toBatch (messages: readonly StorableMessage[]): StoreBatch {
  return {
    visits: messages.flatMap(({ decoded }) => 'visit' in decoded ? [decoded.visit] : []),
    crawls: messages.flatMap(({ decoded }) => 'crawl' in decoded ? [decoded.crawl] : [])
  }
}
