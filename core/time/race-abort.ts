import { onAbort } from './signals.ts'

/**
 * Waits for `promise` until `signal` aborts: then it rejects at once with the signal's reason, whatever the promise
 * does. Some libraries react to a signal late, or never.
 *
 * @param onLate receives a value that the promise returns afterwards, to release it
 */
export async function raceAbort<T> (promise: Promise<T>, signal: AbortSignal, onLate?: (value: T) => void): Promise<T> {
  return await new Promise<T>((resolve, reject: (reason: Error) => void) => {
    const listening = onAbort(signal, (reason) => {
      reject(reason)

      promise.then(onLate, () => {
        // an aborted operation is expected to fail
      })
    })

    // The listener is removed before the value is returned, so that no value is both used and released.
    promise.then((value) => {
      listening[Symbol.dispose]()
      resolve(value)
    }, (err: unknown) => {
      listening[Symbol.dispose]()
      reject(err as Error)
    })
  })
}
