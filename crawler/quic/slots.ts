import { onAbort } from '../../core/time/signals.ts'

/** Lets a bounded number of holders through; the others wait in the order in which they came. */
export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor (count: number) {
    this.#free = count
  }

  /** Takes a slot, to be disposed of once. Rejects with the signal's reason when that comes first. */
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

  // Who is woken has the slot of whoever woke it.
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
