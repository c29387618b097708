import type { Clock } from '../time/clock.ts'

/** One loop that must make progress within a limit. */
export interface Beat extends Disposable {
  /** To be called in each iteration of the loop. */
  beat (): void
}

/**
 * Liveness as progress: each loop beats; a loop without a beat within its limit makes the process unhealthy. Being
 * connected proves nothing: a hung loop is still connected.
 */
export class Progress {
  readonly #clock: Clock
  readonly #loops = new Map<string, { last: number, limitMs: number }>()

  constructor ({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Watches a loop from now on, until its {@link Beat} is disposed. */
  watch (name: string, limitMs: number): Beat {
    const loop = { last: this.#clock.monotonic(), limitMs }
    this.#loops.set(name, loop)

    return {
      beat: () => {
        loop.last = this.#clock.monotonic()
      },
      [Symbol.dispose]: () => {
        if (this.#loops.get(name) === loop) {
          this.#loops.delete(name)
        }
      }
    }
  }

  /** Names of the overdue loops, with the time since their last beat. */
  overdue (): { name: string, sinceMs: number }[] {
    const now = this.#clock.monotonic()

    return [...this.#loops]
      .map(([name, { last, limitMs }]) => ({ name, sinceMs: Math.round(now - last), limitMs }))
      .filter(({ sinceMs, limitMs }) => sinceMs > limitMs)
      .map(({ name, sinceMs }) => ({ name, sinceMs }))
  }
}
