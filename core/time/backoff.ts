import { isProbeError } from '../errors.ts'
import { systemClock } from './clock.ts'
import { isAbort } from './signals.ts'
import { sleep } from './sleep.ts'
import type { Clock } from './clock.ts'

/** How the waits between attempts grow. */
export interface BackoffOptions {
  /** Wait before the second attempt, in milliseconds. @default 500 */
  initialMs?: number

  /** Longest wait, in milliseconds. @default 30000 */
  maxMs?: number

  /** Factor from each wait to the next. @default 2 */
  factor?: number

  /** Random share of each wait, from 0 to 1, so that many clients do not retry at once. @default 0.5 */
  jitter?: number

  /** Random numbers in [0, 1). @default Math.random */
  random?: () => number
}

/** The wait after failed attempt number `attempt` (the first is 1), in milliseconds. */
export function backoffMs (attempt: number, { initialMs = 500, maxMs = 30_000, factor = 2, jitter = 0.5, random = Math.random }: BackoffOptions = {}): number {
  const full = Math.min(maxMs, initialMs * factor ** (attempt - 1))

  return Math.round(full * (1 - jitter * random()))
}

/** Settings of {@link retry}. */
export interface RetryOptions extends BackoffOptions {
  signal: AbortSignal

  /** Maximum number of attempts; Infinity retries until the signal aborts. */
  attempts: number

  /** Whether a failure may be retried. @default by the error table; unknown errors are not retried */
  isRetryable?: (err: unknown) => boolean

  /** Called for each failure that will be retried. */
  onRetry?: (err: unknown, attempt: number, waitMs: number) => void

  /** Clock of the waits. @default the machine's clock */
  clock?: Clock

  /** How to wait. @default sleep by the clock */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Runs `operation` until it succeeds, fails permanently, or the attempts are used up. */
export async function retry<T> (operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, attempts, isRetryable = isRetryableByTable, onRetry, clock = systemClock, wait } = options

  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()

    try {
      return await operation(attempt)
    } catch (err) {
      if (isAbort(err) || attempt >= attempts || !isRetryable(err)) {
        throw err
      }

      const waitMs = backoffMs(attempt, options)
      onRetry?.(err, attempt, waitMs)
      await (wait === undefined ? sleep(clock, waitMs, signal) : wait(waitMs, signal))
    }
  }
}

function isRetryableByTable (err: unknown): boolean {
  return isProbeError(err) && err.retryable
}
