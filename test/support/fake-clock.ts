import type { Clock } from '../../core/time/clock.ts'

interface Timer { atMs: number, callback: () => void }

/**
 * A clock whose time a test controls. Timers fire in the order of their due times (equal ones in
 * the order in which they were set), and the event loop runs after each one, so that the effects of
 * a timer are complete before the next timer fires.
 */
export class FakeClock implements Clock {
  readonly #epochMs: number
  readonly #timers: Timer[] = []
  #elapsedMs = 0

  constructor (epochMs: number = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs
  }

  now (): number {
    return this.#epochMs + this.#elapsedMs
  }

  monotonic (): number {
    return this.#elapsedMs
  }

  after (ms: number, callback: () => void): Disposable {
    const timer = { atMs: this.#elapsedMs + Math.max(0, ms), callback }
    this.#timers.splice(this.#positionAfter(timer.atMs), 0, timer)

    return {
      [Symbol.dispose]: () => {
        const i = this.#timers.indexOf(timer)

        if (i >= 0) {
          this.#timers.splice(i, 1)
        }
      }
    }
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending (): number {
    return this.#timers.length
  }

  /** Lets promise callbacks run without advancing the time. */
  async settle (): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }

  /** Advances the time by `ms` without firing timers, as for a stopped process: timers that became due fire late, when the time advances again. */
  standStill (ms: number): void {
    this.#elapsedMs += ms
  }

  /** Advances the time by `ms`, firing each timer at its due time. */
  async advance (ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms
    await this.settle()

    while (this.#timers[0] !== undefined && this.#timers[0].atMs <= untilMs) {
      await this.#fireNext()
    }

    this.#elapsedMs = untilMs
  }

  /**
   * Advances the time, timer by timer, until `promise` settles, and returns its value.
   *
   * @throws TypeError when no timer is left or `limitMs` have passed, and the promise is still
   *   pending
   */
  async runUntil<T> (promise: Promise<T>, limitMs = 86_400_000): Promise<T> {
    const state = { settled: false }
    const onSettled = (): void => {
      state.settled = true
    }
    promise.then(onSettled, onSettled)
    const untilMs = this.#elapsedMs + limitMs
    await this.settle()

    while (!state.settled) {
      if (this.#timers[0] === undefined || this.#timers[0].atMs > untilMs) {
        throw new TypeError(`nothing left to wait for after ${String(this.#elapsedMs)} ms, and the promise still waits`)
      }

      await this.#fireNext()
    }

    return await promise
  }

  async #fireNext (): Promise<void> {
    const timer = this.#timers.shift()

    if (timer !== undefined) {
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs)
      timer.callback()
      await this.settle()
    }
  }

  #positionAfter (atMs: number): number {
    let low = 0
    let high = this.#timers.length

    while (low < high) {
      const middle = (low + high) >>> 1

      if ((this.#timers[middle]?.atMs ?? Infinity) <= atMs) {
        low = middle + 1
      } else {
        high = middle
      }
    }

    return low
  }
}
