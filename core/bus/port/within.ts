import { waitOn } from '../../time/clock-wait.ts'
import { childController } from '../../time/signals.ts'
import type { Clock } from '../../time/clock.ts'

/** Limits of {@link within}. */
export interface WithinOptions {
  clock: Clock
  limitMs: number
  signal: AbortSignal

  /** What it rejects with when the time is up. */
  tooLate: () => Error
}

/** Waits for what cannot be interrupted: for a time at most, and no longer than until `signal` aborts. What it waited for goes on unseen. */
export async function within<T> (promise: Promise<T>, { clock, limitMs, signal, tooLate }: WithinOptions): Promise<T> {
  using wait = childController(signal)
  const limit = waitOn(clock, limitMs, wait.signal).then(() => {
    throw tooLate()
  })

  try {
    return await Promise.race([promise, limit])
  } finally {
    wait.abort()
  }
}
