import { onAbort } from '../time/signals.ts'
import type { Clock } from '../time/clock.ts'

/** Size of a bucket. */
export interface BucketOptions {
  /** Tokens at the start, which time alone never exceeds. */
  burst: number

  /** Tokens that come back each second. */
  perSecond: number

  /** Tokens spent in all; time does not refill it. @default unlimited */
  budget?: number

  /** Further tokens that each success earns. @default 0 */
  credit?: number
}

interface Waiter { wake: () => void }

/** A token bucket with a budget; successes refill both. Who waits is woken in the order of asking, one for each token. */
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

  /** Whether there will be no further token: the budget is spent, and nothing is running that might earn more. */
  get isSpent (): boolean {
    return this.#budget < 1 && this.#running === 0
  }

  /** Something starts, and spends a token. */
  take (): void {
    this.#tokens--
    this.#budget--
    this.#running++
  }

  /** What took a token has ended. @param earned how much comes back: its own token where it never started, and what it earns where it succeeded */
  end (earned: 'nothing' | 'its own' | 'credit'): void {
    const count = earned === 'nothing' ? 0 : earned === 'its own' ? 1 : 1 + (this.#options.credit ?? 0)
    this.#refill()
    this.#running--
    this.#tokens += count
    this.#budget += count
    this.#wake(this.isSpent ? this.#waiters.size : Math.floor(Math.min(this.#tokens, this.#budget)))
  }

  /** Waits until there may be a token; the caller asks again. Ends early, without an error, when the signal aborts. */
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
    // What was earned by proof is kept; time alone fills no further than the burst.
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
    // A spent budget is not refilled by time: then the end of what is running wakes.
    if (this.#budget < 1) {
      return
    }

    // A whole millisecond more, since a timer may be early by a fraction of one.
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
