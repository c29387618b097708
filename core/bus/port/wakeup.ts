import type { Clock } from '../../time/clock.ts'

/** Lets loops wait for something to do: for a time at most, and less when somebody wakes them. */
export class Wakeup {
  readonly #clock: Clock
  readonly #sleepers = new Set<() => void>()

  constructor ({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Ends all waits that are in progress. */
  wake (): void {
    for (const wakeUp of [...this.#sleepers]) {
      wakeUp()
    }
  }

  /** Resolves after `ms`, or as soon as somebody calls {@link wake}. */
  async wait (ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const wakeUp = (): void => {
      resolve(undefined)
    }
    const timer = this.#clock.after(ms, wakeUp)
    this.#sleepers.add(wakeUp)

    try {
      await promise
    } finally {
      this.#sleepers.delete(wakeUp)
      timer[Symbol.dispose]()
    }
  }
}
