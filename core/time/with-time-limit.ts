import { raceAbort } from './race-abort.ts'
import type { Clock } from './clock.ts'

/** The limit of a wait. */
export interface TimeLimit<T> {
  clock: Clock

  /** Maximum wait, in milliseconds. */
  limitMs: number

  /** Called when the time is up: returns the result, or throws. */
  onTimeout: () => T

  /** Also ends the wait, with its reason. @default no signal */
  signal?: AbortSignal
}

/** Waits with a time limit for an operation that cannot be interrupted, and that continues after the limit. Leaves no timer and no listener. */
export async function withTimeLimit<T> (promise: Promise<T>, { clock, limitMs, onTimeout, signal }: TimeLimit<T>): Promise<T> {
  const timeout = Promise.withResolvers<T>()
  const timer = clock.after(limitMs, () => {
    timeout.resolve(Promise.try(onTimeout))
  })
  const first = Promise.race([promise, timeout.promise])

  try {
    return await (signal === undefined ? first : raceAbort(first, signal))
  } finally {
    timer[Symbol.dispose]()
  }
}
