// How late this process reads data that has arrived. The callback for data runs after all callbacks that were ready before it,
// so a time measured in it includes our own queue. The event loop's idle time bounds that: while the loop waits, no data that
// has arrived stays unread.
import { performance } from 'node:perf_hooks'

/** When data arrived, in milliseconds of the monotonic clock: not before `fromMs`, not after `byMs`. */
export interface Arrival { fromMs: number, byMs: number }

/** Measurements of an event loop. */
export interface LoopTimes {
  /** Milliseconds, monotonic. */
  now: () => number

  /** Total milliseconds that the loop has waited for events. */
  waitedMs: () => number

  /** Runs a callback after all callbacks of this iteration, before the loop polls again. */
  afterEvents: (callback: () => void) => void
}

/** A shorter wait means that an event was ready at once, in milliseconds. */
const WAIT_MS = 0.02

/** Bounds the arrival of the data of the running callback. */
export class EventLoopWatch {
  readonly #times: LoopTimes
  #arrival: Arrival | undefined
  #earlierMs: number
  #workedUntilMs: number
  #waitedMs: number

  constructor (times: LoopTimes) {
    this.#times = times
    this.#earlierMs = this.#workedUntilMs = times.now()
    this.#waitedMs = times.waitedMs()
  }

  /**
   * When the data of the running callback arrived. To be called at the start of a socket's callback: data that is ready
   * together arrived before the first callback.
   *
   * If the loop has waited since its last work, the data arrived after that wait began. If it has not, the data arrived after
   * the loop's previous poll.
   */
  arrived (): Arrival {
    if (this.#arrival === undefined) {
      const byMs = this.#times.now()
      const waitedMs = this.#times.waitedMs() - this.#waitedMs
      const workMs = Math.max(0, byMs - this.#workedUntilMs - waitedMs)
      this.#arrival = { fromMs: waitedMs > WAIT_MS ? byMs - workMs : Math.min(this.#earlierMs, byMs), byMs }
      this.#times.afterEvents(this.#onTurn)
    }

    return this.#arrival
  }

  /** The callbacks of this iteration have run: from now on the loop can notice the next event. */
  worked (): void {
    this.#workedUntilMs = this.#times.now()
    this.#waitedMs = this.#times.waitedMs()
  }

  /** Total milliseconds that the loop has waited for events. */
  waitedMs (): number {
    return this.#times.waitedMs()
  }

  readonly #onTurn = (): void => {
    this.#earlierMs = this.#arrival?.byMs ?? this.#earlierMs
    this.#arrival = undefined
    this.worked()
  }
}

/** Node's event loop. */
export const nodeLoop = new EventLoopWatch({
  now: () => performance.now(),
  waitedMs: () => performance.nodeTiming.idleTime,
  afterEvents: (callback) => {
    setImmediate(callback)
  }
})
