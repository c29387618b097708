import { onAbort } from './signals.ts'

/**
 * Waits for `promise`, but no longer than `signal` lasts: then it rejects with the signal's reason
 * at once, whatever the promise does. Some libraries heed a signal late, or never.
 *
 * @param onLate takes what the promise still yields afterwards, to release it
 */
export async function raceAbort<T> (promise: Promise<T>, signal: AbortSignal, onLate?: (value: T) => void): Promise<T> {
  return await new Promise<T>((resolve, reject: (reason: Error) => void) => {
    const listening = onAbort(signal, (reason) => {
      reject(reason)

      promise.then(onLate, () => {
        // failing is what an aborted operation does
      })
    })

    // The listener goes before the value is handed over, so that no value is both used and released.
    promise.then((value) => {
      listening[Symbol.dispose]()
      resolve(value)
    }, (err: unknown) => {
      listening[Symbol.dispose]()
      reject(err as Error)
    })
  })
}
