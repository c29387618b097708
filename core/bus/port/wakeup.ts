import type { Clock } from '../../time/clock.ts'

/** Lets loops wait for work: until a time limit, or until they are woken. */
export class Wakeup {
  readonly #clock: Clock
  readonly #sleepers = new Set<() => void>()

  constructor ({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Ends all current waits. */
  wake (): void {
    for (const wakeUp of [...this.#sleepers]) {
      wakeUp()
    }
  }

  /** Resolves after `ms`, or at the next {@link wake}. */
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
