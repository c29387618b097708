import { onAbort } from './signals.ts'
import type { Clock } from './clock.ts'

/** A timer that comes later than this was late by our own doing, in milliseconds. */
const LATE_MS = 100

/** Sockets are read so often at most after the time fell due: an event loop that is late all the time has an end. */
const MAX_READS = 3

/** What a deadline's signal aborts with. */
export interface DeadlineReasons {
  /** When the time is up. */
  timeout: () => Error

  /** When the parent aborts. */
  stopped: (reason: unknown) => unknown
}

/**
 * The time that a remote has for one thing. Its signal aborts when the time is up, and with its parent.
 *
 * A timer may run before what has arrived is read, above all after this process stood still. So the time is up only when
 * the sockets were read once more after it fell due; and where the timer came late, the remote gets that time back, once,
 * its whole limit at most: it may have waited for us all the while.
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

  /** Grants the whole time again. The timer stays: each answer of a peer comes here, and hardly any is the last before silence. */
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
