import { onAbort } from '../../core/time/signals.ts'

/** Lets callers wait for a condition, which is checked at each notification of a change. */
export class Change {
  readonly #checks = new Set<() => void>()

  /** Reports a change: checks the conditions of all waiters. */
  notify (): void {
    for (const check of [...this.#checks]) {
      check()
    }
  }

  /** Resolves when `condition` is true; rejects if it throws or `signal` aborts. */
  async until (condition: () => boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()

    if (condition()) {
      return
    }

    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const check = (): void => {
      try {
        if (condition()) {
          resolve(undefined)
        }
      } catch (err) {
        reject(err)
      }
    }
    this.#checks.add(check)
    using _ = signal === undefined ? undefined : onAbort(signal, reject)

    try {
      await promise
    } finally {
      this.#checks.delete(check)
    }
  }
}
