import { onAbort } from '../time/signals.ts'
import type { Clock } from '../time/clock.ts'

/** Size of a bucket. */
export interface BucketOptions {
  /** Tokens at the start; refilling by time stops there. */
  burst: number

  /** Tokens that are refilled each second. */
  perSecond: number

  /** Total tokens to spend; time does not refill it. @default unlimited */
  budget?: number

  /** Additional tokens for each success. @default 0 */
  credit?: number
}

interface Waiter { wake: () => void }

/** A token bucket with a budget; successes refill both. Waiters are woken in order, one for each token. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #options: BucketOptions
  readonly #waiters = new Set<Waiter>()
  #tokens: number
  #budget: number
  #filledAtMs: number
  #timer: Disposable | undefined
  #running = 0

  constructor (clock: Clock, options: BucketOptions) {
    this.#clock = clock
    this.#options = options
    this.#tokens = options.burst
    this.#budget = options.budget ?? Infinity
    this.#filledAtMs = clock.monotonic()
  }

  get hasToken (): boolean {
    this.#refill()

    return this.#tokens >= 1 && this.#budget >= 1
  }

  /** Whether there will be no further token: the budget is spent, and no running operation can earn more. */
  get isSpent (): boolean {
    return this.#budget < 1 && this.#running === 0
  }

  /** An operation starts, and spends a token. */
  take (): void {
    this.#tokens--
    this.#budget--
    this.#running++
  }

  /** An operation has ended. @param earned what comes back: its own token if it never started, or the credit of a success */
  end (earned: 'nothing' | 'its own' | 'credit'): void {
    const count = earned === 'nothing' ? 0 : earned === 'its own' ? 1 : 1 + (this.#options.credit ?? 0)
    this.#refill()
    this.#running--
    this.#tokens += count
    this.#budget += count
    this.#wake(this.isSpent ? this.#waiters.size : Math.floor(Math.min(this.#tokens, this.#budget)))
  }

  /** Waits until there may be a token; the caller checks again. Ends early, without an error, when the signal aborts. */
  async wait (signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const waiter = { wake: () => {
      resolve(undefined)
    } }
    this.#waiters.add(waiter)
    using _ = onAbort(signal, waiter.wake)
    this.#arm()

    try {
      await promise
    } finally {
      this.#waiters.delete(waiter)

      if (this.#waiters.size === 0) {
        this.#disarm()
      }
    }
  }

  #refill (): void {
    const nowMs = this.#clock.monotonic()
    const gained = (nowMs - this.#filledAtMs) * this.#options.perSecond / 1_000
    this.#filledAtMs = nowMs
    // Earned tokens stay, also above the burst; refilling by time stops at the burst.
    this.#tokens = Math.max(this.#tokens, Math.min(this.#options.burst, this.#tokens + gained))
  }

  #wake (count: number): void {
    let left = count

    for (const waiter of this.#waiters) {
      if (left-- <= 0) {
        break
      }
      this.#waiters.delete(waiter)
      waiter.wake()
    }
  }

  #arm (): void {
    // Time does not refill a spent budget: the end of a running operation wakes the waiters.
    if (this.#budget < 1) {
      return
    }

    // One millisecond more: a timer may be early by a fraction of one.
    this.#timer ??= this.#clock.after(Math.max(1, (1 - this.#tokens) * 1_000 / this.#options.perSecond) + 1, () => {
      this.#timer = undefined
      this.#refill()
      this.#wake(Math.max(1, Math.floor(this.#tokens)))

      if (this.#waiters.size > 0) {
        this.#arm()
      }
    })
  }

  #disarm (): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
  }
}
