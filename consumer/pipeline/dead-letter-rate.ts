// Poison is rare. If a fifth of all messages cannot be stored, a producer or this consumer is broken,
// and moving them all aside would hide it: better to stop with nothing committed and say so.
import { ProbeError } from '../../core/errors.ts'

const WINDOW = 1_000

/** So few messages say nothing about a rate. */
const MINIMUM = 100

const MAX_SHARE = 0.2

/** The share of the last 1,000 messages that could not be stored. */
export class DeadLetterRate {
  readonly #window = new Uint8Array(WINDOW)
  #seen = 0
  #bad = 0

  /** Counts one message. */
  record (isBad: boolean): void {
    const slot = this.#seen % WINDOW
    this.#bad += Number(isBad) - (this.#window[slot] ?? 0)
    this.#window[slot] = Number(isBad)
    this.#seen++
  }

  /** @throws ProbeError `PP_DEAD_LETTER_RATE` when too many could not be stored */
  check (): void {
    const counted = Math.min(this.#seen, WINDOW)

    if (counted >= MINIMUM && this.#bad > counted * MAX_SHARE) {
      throw new ProbeError('PP_DEAD_LETTER_RATE', `${String(this.#bad)} of the last ${String(counted)} messages cannot be stored`, { details: { bad: this.#bad, counted } })
    }
  }
}
