// How late this process hears of what has arrived. A callback that brings bytes runs after all that was ready before it, so that
// a time taken in it holds our own queue. What the event loop tells of its waiting bounds that: while it waits, nothing
// that has arrived stays unread.
import { performance } from 'node:perf_hooks'

/** When something arrived, in milliseconds of the monotonic clock: at `fromMs` at the earliest, at `byMs` at the latest. */
export interface Arrival { fromMs: number, byMs: number }

/** What an event loop tells of itself. */
export interface LoopTimes {
  /** Milliseconds, monotonic. */
  now: () => number

  /** Milliseconds that the loop has waited for events, in all. */
  waitedMs: () => number

  /** Runs a callback once all that was ready at this turn has been heard of, before the loop looks for more. */
  afterEvents: (callback: () => void) => void
}

/** Below this the loop found something ready at once, and did not wait, in milliseconds. */
const WAIT_MS = 0.02

/** Bounds when what the running callback brings has arrived. */
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
   * When what the running callback brings has arrived. To be asked at the start of a socket's callback: what
   * is ready together arrived before the first of it is heard of.
   *
   * Where the loop has waited since its last work, everything arrived after that: all but the work since then is certain. Where it
   * has not, it arrived after the loop looked for events the time before.
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

  /** The callbacks of this turn have run: the next event can be noticed from this moment on. */
  worked (): void {
    this.#workedUntilMs = this.#times.now()
    this.#waitedMs = this.#times.waitedMs()
  }

  /** Milliseconds that the loop has waited for events, in all. */
  waitedMs (): number {
    return this.#times.waitedMs()
  }

  readonly #onTurn = (): void => {
    this.#earlierMs = this.#arrival?.byMs ?? this.#earlierMs
    this.#arrival = undefined
    this.worked()
  }
}

/** Node's own loop. */
export const nodeLoop = new EventLoopWatch({
  now: () => performance.now(),
  waitedMs: () => performance.nodeTiming.idleTime,
  afterEvents: (callback) => {
    setImmediate(callback)
  }
})
