import type { Clock } from '../../../core/time/clock.ts'

// More objects than one operator waits for at the same time.
const MAX_KNOWN = 10_000

/**
 * How long something has been in its present state, by our own clock: the API reports when an object was created, but not
 * when it changed.
 */
export class FirstSeen {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #since = new Map<string, number>()

  constructor (clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Milliseconds since the first call for a key; 0 at the first call. */
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
