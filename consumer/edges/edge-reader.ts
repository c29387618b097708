// The subscription to the routing tables, beside that to the visits: its failures and its waits never reach the visits.
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { backoffMs } from '../../core/time/backoff.ts'
import { childController, isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { LagMeter } from '../pipeline/lag-meter.ts'
import { stuck } from '../pipeline/watchdog.ts'
import type { EventBus, Subscription } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { EdgeCollector } from './edge-collector.ts'

export interface EdgeReaderDeps {
  bus: Pick<EventBus, 'subscribe'>
  clock: Clock
  log: Logger
  collector: Pick<EdgeCollector, 'handle' | 'positions'>
}

/** What is read. */
export interface EdgeReaderOptions { topic: string, group: string }

/** Why routing tables are not read at the moment. */
export interface EdgeProblem { code: string, message: string, sinceMs: number }

/** Messages of one batch: at most 6.5 MB. */
const BATCH = 100

// As for visits.
const STUCK_AFTER_MS = 60_000

function isStop (err: unknown, { aborted }: AbortSignal): boolean {
  return aborted && isAbort(err)
}

/** Reads routing tables, and subscribes again whatever ends a subscription. */
export class EdgeReader {
  readonly #deps: EdgeReaderDeps
  readonly #options: EdgeReaderOptions
  readonly #committed = new Map<number, number>()
  readonly #meter: LagMeter
  #handled = 0
  #problem: EdgeProblem | undefined

  constructor (deps: EdgeReaderDeps, options: EdgeReaderOptions) {
    this.#deps = deps
    this.#options = options
    this.#meter = new LagMeter({ ...deps, beat: { beat: () => undefined } })
  }

  /** Why no table is read at the moment; undefined while they are. */
  get problem (): EdgeProblem | undefined {
    return this.#problem
  }

  /** Messages that are published and not read; undefined before that is known. */
  get unread (): number | undefined {
    const lag = this.#meter.lag?.partitions

    // The lag counts from what is committed; a crawl in progress is read and not committed.
    return lag && [...lag].reduce((sum, [partition, messages]) => sum + Math.max(0, messages - this.#heldBack(partition)), 0)
  }

  /** Reads until `signal` aborts. Never rejects because of the bus. */
  async run (signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps

    for (let failures = 0; !signal.aborted;) {
      const before = this.#handled

      try {
        await this.#readOnce(signal)
      } catch (err) {
        if (isStop(err, signal)) {
          return
        }

        failures = this.#handled === before ? failures + 1 : 1
        this.#problem = { code: isProbeError(err) ? err.code : 'UNEXPECTED', message: errorText(err), sinceMs: this.#problem?.sinceMs ?? clock.now() }
        log.error({ err, failures }, 'routing tables are not read, subscribing again')
        await sleep(clock, backoffMs(failures), signal)
      }
    }
  }

  async #readOnce (signal: AbortSignal): Promise<void> {
    const { bus, collector } = this.#deps
    using life = childController(signal)
    using watch = childController(signal)
    const subscribed = Promise.withResolvers<Subscription>()
    await using subscription = await bus.subscribe({ ...this.#options, maxMessages: BATCH }, async (batch) => {
      const offset = await collector.handle(batch)
      this.#handled++
      await this.#commit(await subscribed.promise, batch.partition, offset)
    }, life.signal)
    subscribed.resolve(subscription)
    this.#problem = undefined
    const metering = this.#meter.follow(subscription, watch.signal)

    try {
      await Promise.race([subscription.ended, this.#throwIfStuck(watch.signal)])
    } finally {
      watch.abort()
      await metering
      life.abort()
    }

    if (!signal.aborted) {
      throw new ProbeError('PP_BUS_CLOSED', `the subscription to ${this.#options.topic} ended by itself`)
    }
  }

  async #commit (subscription: Subscription, partition: number, offset: number): Promise<void> {
    if (offset !== this.#committed.get(partition)) {
      await subscription.commit(partition, offset)
      this.#committed.set(partition, offset)
    }
  }

  #heldBack (partition: number): number {
    const position = this.#deps.collector.positions.get(partition)

    return position === undefined ? 0 : position - (this.#committed.get(partition) ?? position)
  }

  async #throwIfStuck (signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps

    await stuck({ clock, lag: () => this.unread, commits: () => this.#handled, isExcused: () => false }, STUCK_AFTER_MS, signal)
    throw new ProbeError('PP_CONSUMER_STUCK', 'routing tables wait and none was read')
  }
}
