import { onAbort } from '../../core/time/signals.ts'

/** A semaphore: a bounded number of slots, with waiters in the order of arrival. */
export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor (count: number) {
    this.#free = count
  }

  /** Takes a slot; dispose of it once. Rejects with the signal's reason if it aborts first. */
  async take (signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted()

    if (this.#free === 0) {
      await this.#wait(signal)
    } else {
      this.#free--
    }

    return { [Symbol.dispose]: () => {
      this.#release()
    } }
  }

  // A waiter takes over the slot of the holder that released it.
  async #wait (signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const wake = (): void => {
      resolve(undefined)
    }
    this.#waiting.add(wake)
    using _ = onAbort(signal, (reason) => {
      this.#waiting.delete(wake)
      reject(reason)
    })
    await promise
  }

  #release (): void {
    const [next] = this.#waiting

    if (next === undefined) {
      this.#free++
    } else {
      this.#waiting.delete(next)
      next()
    }
  }
}
