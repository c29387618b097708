/**
 * Waits for `promise`, but no longer than `signal` lasts: then it rejects with the signal's reason
 * at once, whatever the promise does. Some libraries heed a signal late, or never.
 *
 * @param onLate takes what the promise still yields afterwards, to release it
 */
export async function raceAbort<T> (promise: Promise<T>, signal: AbortSignal, onLate?: (value: T) => void): Promise<T> {
  return await new Promise<T>((resolve, reject: (reason: Error) => void) => {
    const onAbort = (): void => {
      reject(signal.reason as Error)

      promise.then(onLate, () => {
        // failing is what an aborted operation does
      })
    }

    if (signal.aborted) {
      onAbort()
      return
    }

    signal.addEventListener('abort', onAbort, { once: true })
    promise.then((value) => {
      signal.removeEventListener('abort', onAbort)
      resolve(value)
    }, (err: unknown) => {
      signal.removeEventListener('abort', onAbort)
      reject(err as Error)
    })
  })
}
