import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Subscription } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Beat } from '../../core/process/progress.ts'
import type { Clock } from '../../core/time/clock.ts'

/** What waits, as last read. */
export interface Lag {
  /** Messages not committed, by partition assigned to this member. */
  partitions: ReadonlyMap<number, number>

  total: number

  /** When it was read, in epoch milliseconds. */
  atMs: number
}

const INTERVAL_MS = 1_000

/** Reads the lag once a second, so that status and watchdog have it at hand. */
export class LagMeter {
  readonly #deps: { clock: Clock, log: Logger, beat: Pick<Beat, 'beat'> }
  #lag: Lag | undefined

  constructor (deps: { clock: Clock, log: Logger, beat: Pick<Beat, 'beat'> }) {
    this.#deps = deps
  }

  /** Undefined until it was read for the first time. */
  get lag (): Lag | undefined {
    return this.#lag
  }

  /** Reads the lag of a subscription until `signal` aborts. A reading that fails is logged; the last one stands. */
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

  // A subscription that ends gives its partitions away; what it had to the end is what counts.
  #set (partitions: ReadonlyMap<number, number>, signal: AbortSignal): void {
    if (signal.aborted) {
      return
    }

    const total = [...partitions.values()].reduce((sum, n) => sum + n, 0)
    this.#lag = { partitions, total, atMs: this.#deps.clock.now() }
  }
}
