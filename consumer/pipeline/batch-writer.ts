// What a failure of the database means for a batch: a conflict is retried a few times, an outage is
// waited out however long it lasts, a data error is narrowed down to the message that causes it.
import { isProbeError } from '../../core/errors.ts'
import { backoffMs } from '../../core/time/backoff.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { NodeStore, StoreBatch } from '../store/model/node-store.ts'
import type { RejectedMessage, StorableMessage } from './decode.ts'
import type { Outage } from './outage.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

export interface BatchWriterDeps {
  store: Pick<NodeStore, 'write'>
  clock: Clock
  log: Logger
  outage: Outage
  observer: PipelineObserver

  /** Random numbers in [0, 1) for the waits of an outage. @default Math.random */
  random?: () => number
}

/** How a batch writer retries. */
export interface BatchWriterOptions {
  /** Retries of a transaction after a conflict. */
  attempts: number

  /** Wait before the first retry, in milliseconds; the second retry waits twice as long, the third three times. */
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
   * Writes messages. Returns the messages whose data the database refuses; all others are stored.
   * Waits as long as an outage lasts.
   *
   * @throws AbortError when `signal` aborts while it waits; ProbeError `PP_STORE_SCHEMA`
   */
  async write (messages: readonly StorableMessage[], signal: AbortSignal): Promise<RejectedMessage[]> {
    return await this.#writeOrBisect(messages, 1, signal)
  }

  async #writeOrBisect (messages: readonly StorableMessage[], attempts: number, signal: AbortSignal): Promise<RejectedMessage[]> {
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
        return [{ kind: 'rejected', message: messages[0].message, err, attempts }]
      }
    }

    // Each half is a transaction of its own. Writing a message twice changes nothing, and no offset is committed yet.
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
    log.warn({ err, conflicts, waitMs }, 'transaction lost to another transaction, retrying')
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
    visits: messages.flatMap(decoded => decoded.kind === 'visit' ? [decoded.visit] : []),
    crawls: messages.flatMap(decoded => decoded.kind === 'crawl' ? [decoded.crawl] : [])
  }
}
