import type { Clock } from './clock.ts'

/** Waits by an injected clock; rejects with the signal's reason as soon as it aborts, and leaves no timer. */
export async function waitOn (clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const onAbort = (): void => {
    reject(signal.reason as Error)
  }
  const timer = clock.after(ms, () => {
    resolve(undefined)
  })
  signal.addEventListener('abort', onAbort, { once: true })

  try {
    await promise
  } finally {
    timer[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  }
}
