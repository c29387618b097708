/** Whether an error only means that a signal aborted, which is not a failure. */
export function isAbort (err: unknown): boolean {
  return err instanceof Error && (err.name === 'AbortError' || ('code' in err && err.code === 'ABORT_ERR'))
}

/**
 * Calls `callback` once with the signal's reason when `signal` aborts, or at once when it has aborted.
 *
 * Dispose the result when the wait is over: many signals last as long as the process, and keep every listener
 * that is not removed. Only this function adds listeners, so that none is forgotten.
 */
export function onAbort (signal: AbortSignal, callback: (reason: Error) => void): Disposable {
  const listener = (): void => {
    callback(signal.reason as Error)
  }

  if (signal.aborted) {
    listener()
  } else {
    signal.addEventListener('abort', listener, { once: true })
  }

  return {
    [Symbol.dispose] () {
      signal.removeEventListener('abort', listener)
    }
  }
}

/** Resolves when `signal` aborts. */
export async function aborted (signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  using _ = onAbort(signal, resolve)
  await promise
}

/**
 * A controller that follows `parent` for the life of one operation.
 *
 * Long-lived signals accumulate listeners when `AbortSignal.any` composes them for each operation; disposing this
 * child removes its listener.
 */
export function childController (parent: AbortSignal): AbortController & Disposable {
  const controller = new AbortController()
  const following = onAbort(parent, (reason) => {
    controller.abort(reason)
  })

  return Object.assign(controller, {
    [Symbol.dispose] (): void {
      following[Symbol.dispose]()
    }
  })
}
