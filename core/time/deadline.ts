import { onAbort } from './signals.ts'
import type { Clock } from './clock.ts'

/** A timer that fires later than this was delayed by this process, in milliseconds. */
const LATE_MS = 100

/** Maximum number of times that sockets are read after the time is up, for an event loop that is always late. */
const MAX_READS = 3

/** Reasons with which a deadline's signal aborts. */
export interface DeadlineReasons {
  /** Reason when the time is up. */
  timeout: () => Error

  /** Reason when the parent aborts. */
  stopped: (reason: unknown) => unknown
}

/**
 * A time limit for a remote. Its signal aborts when the time is up, and with its parent.
 *
 * A timer may fire before data that has arrived is read, especially after this process was suspended. So the time is up only
 * when the sockets were read once more after it. Where the timer fired late, the remote gets that time back, once, at most its
 * whole limit: it may have waited for us meanwhile.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #reasons: DeadlineReasons
  readonly #following: Disposable
  #timer: Disposable
  #dueMs: number
  #reads = 0
  #hasTimeBack = false

  constructor (clock: Clock, limitMs: number, parent: AbortSignal, reasons: DeadlineReasons) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#reasons = reasons
    this.#dueMs = clock.monotonic() + limitMs
    this.#timer = this.#wait(limitMs)

    this.#following = onAbort(parent, (reason) => {
      this.#controller.abort(reasons.stopped(reason))
    })
  }

  get signal (): AbortSignal {
    return this.#controller.signal
  }

  /** Restarts the limit. The timer stays: this is called for each answer of a peer, and few answers are followed by silence. */
  restart (): void {
    this.#dueMs = this.#clock.monotonic() + this.#limitMs
  }

  [Symbol.dispose] (): void {
    this.#timer[Symbol.dispose]()
    this.#following[Symbol.dispose]()
  }

  #wait (ms: number): Disposable {
    const expectedMs = this.#clock.monotonic() + ms

    return this.#clock.after(ms, () => {
      this.#judge(expectedMs)
    })
  }

  #judge (expectedMs: number): void {
    const now = this.#clock.monotonic()
    const isLate = now - expectedMs > LATE_MS

    if (this.#dueMs > now) {
      this.#reads = 0
      this.#timer = this.#wait(this.#dueMs - now)
    } else if (this.#reads === 0 || (isLate && this.#reads < MAX_READS)) {
      this.#reads++
      this.#timer = this.#wait(isLate ? this.#timeBack(now - expectedMs) : 0)
    } else {
      this.#controller.abort(this.#reasons.timeout())
    }
  }

  #timeBack (lateMs: number): number {
    if (this.#hasTimeBack) {
      return 0
    }

    this.#hasTimeBack = true

    return Math.min(lateMs, this.#limitMs)
  }
}
