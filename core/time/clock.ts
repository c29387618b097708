import { nodeLoop } from './event-loop.ts'
import type { EventLoopWatch } from './event-loop.ts'

/**
 * The passage of time, injected so that tests decide it.
 *
 * `now` is wall time for timestamps; durations come from `monotonic`, which clock adjustments do not change.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now (): number

  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic (): number

  /** Runs `callback` once after `ms` milliseconds. Dispose the result to cancel. */
  after (ms: number, callback: () => void): Disposable

  /** How late this process reads what has arrived; absent where it is never late. */
  readonly loop?: EventLoopWatch
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  loop: nodeLoop,
  after (ms, callback) {
    const timer = setTimeout(callback, ms)

    return {
      [Symbol.dispose] () {
        clearTimeout(timer)
      }
    }
  }
}
