import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Subscription } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Beat } from '../../core/process/progress.ts'
import type { Clock } from '../../core/time/clock.ts'

/** The lag of this member, as last read. */
export interface Lag {
  /** Messages that are not committed, for each partition of this member. */
  partitions: ReadonlyMap<number, number>

  total: number

  /** When it was read, in epoch milliseconds. */
  atMs: number
}

const INTERVAL_MS = 1_000

/** Reads the lag once a second, for the status and the watchdog. */
export class LagMeter {
  readonly #deps: { clock: Clock, log: Logger, beat: Pick<Beat, 'beat'> }
  #lag: Lag | undefined

  constructor (deps: { clock: Clock, log: Logger, beat: Pick<Beat, 'beat'> }) {
    this.#deps = deps
  }

  /** Undefined before the first reading. */
  get lag (): Lag | undefined {
    return this.#lag
  }

  /** Reads the lag of a subscription until `signal` aborts. A failed reading is logged and leaves the last value. */
  async follow (subscription: Pick<Subscription, 'lag'>, signal: AbortSignal): Promise<void> {
    const { clock, log, beat } = this.#deps

    while (!signal.aborted) {
      try {
        this.#set(await subscription.lag(), signal)
        beat.beat()
      } catch (err) {
        log.warn({ err }, 'lag not read')
      }

      try {
        await sleep(clock, INTERVAL_MS, signal)
      } catch (err) {
        if (!isAbort(err)) {
          throw err
        }
      }
    }
  }

  // A subscription that ends loses its partitions: the lag before that is kept.
  #set (partitions: ReadonlyMap<number, number>, signal: AbortSignal): void {
    if (signal.aborted) {
      return
    }

    const total = [...partitions.values()].reduce((sum, n) => sum + n, 0)
    this.#lag = { partitions, total, atMs: this.#deps.clock.now() }
  }
}
