import { raceAbort } from './race-abort.ts'
import type { Clock } from './clock.ts'

/** Waits by `clock`; rejects with the signal's reason as soon as it aborts. Leaves no timer and no listener. */
export async function sleep (clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = clock.after(ms, () => {
    resolve(undefined)
  })

  try {
    await raceAbort(promise, signal)
  } finally {
    timer[Symbol.dispose]()
  }
}

/** Waits, and returns early without an error when `signal` aborts: for `while (!signal.aborted)` loops. */
export async function pause (clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, ms, signal)
  } catch (err) {
    if (!signal.aborted) {
      throw err
    }
  }
}
