import type { Clock } from '../../../core/time/clock.ts'

// More than one operator waits for at the same time.
const MAX_KNOWN = 10_000

/**
 * How long something has been as it is, by our own clock: the API does not say when an object was changed, only when it was
 * made.
 */
export class FirstSeen {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #since = new Map<string, number>()

  constructor (clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Milliseconds since this was asked first for a key; 0 the first time. */
  ageMs (key: string): number {
    const now = this.#clock.monotonic()
    const since = this.#since.get(key)

    if (since !== undefined) {
      return now - since
    }

    this.#since.set(key, now)

    for (const oldest of this.#since.keys()) {
      if (this.#since.size <= MAX_KNOWN) {
        break
      }
      this.#since.delete(oldest)
    }

    return 0
  }
}
