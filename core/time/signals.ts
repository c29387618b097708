import { setTimeout as delay } from 'node:timers/promises'

/** Whether an error only says that its signal aborted. Abort is not a failure. */
export function isAbort (err: unknown): boolean {
  return err instanceof Error && (err.name === 'AbortError' || ('code' in err && err.code === 'ABORT_ERR'))
}

/** Waits; rejects with an AbortError as soon as `signal` aborts. */
export async function sleep (ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal })
}

/** Waits, and returns early without an error when `signal` aborts: for `while (!signal.aborted)` loops. */
export async function pause (ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (err) {
    if (!isAbort(err)) {
      throw err
    }
  }
}

/** Resolves when `signal` aborts. */
export async function aborted (signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return
  }

  const { promise, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => {
    resolve(undefined)
  }, { once: true })
  await promise
}

/**
 * A controller that follows `parent` for the life of one operation.
 *
 * Long-lived signals gather listeners when `AbortSignal.any` composes them for each
 * operation; disposing this child takes its listener off again.
 */
export function childController (parent: AbortSignal): AbortController & Disposable {
  const controller = new AbortController()
  const onAbort = (): void => {
    controller.abort(parent.reason)
  }

  if (parent.aborted) {
    onAbort()
  } else {
    parent.addEventListener('abort', onAbort, { once: true })
  }

  return Object.assign(controller, {
    [Symbol.dispose] (): void {
      parent.removeEventListener('abort', onAbort)
    }
  })
}
