import { raceAbort } from './race-abort.ts'
import type { Clock } from './clock.ts'

/** A bound on a wait. */
export interface TimeLimit<T> {
  clock: Clock

  /** How long to wait at most, in milliseconds. */
  limitMs: number

  /** Called when the time is up: gives what is returned instead, or throws. */
  onTimeout: () => T

  /** Ends the wait too, with its reason. @default none does */
  signal?: AbortSignal
}

/** Waits for what cannot be interrupted: for a time at most. What it waited for goes on unseen. Leaves no timer and no listener. */
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
