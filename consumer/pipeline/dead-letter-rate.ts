// Poison is rare. If a fifth of all messages cannot be stored, a producer or this consumer is broken, or somebody who may
// write to the topic floods it. Stopping would serve him: the good messages between are stored, and a person learns of it.
import type { ErrorCode } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'

const WINDOW = 1_000

/** So few messages say nothing about a rate. */
const MINIMUM = 100

const MAX_SHARE = 0.2

// Below the other one, so that a share on the border does not come and go with every message.
const CALM_SHARE = 0.1

/** Too many messages cannot be stored. */
export interface DeadLetterProblem {
  code: Extract<ErrorCode, 'PP_DEAD_LETTER_RATE'>
  message: string
  sinceMs: number
}

/** The share of the last 1,000 messages that could not be stored. */
export class DeadLetterRate {
  readonly #deps: { clock: Clock, log: Logger }
  readonly #window = new Uint8Array(WINDOW)
  #seen = 0
  #bad = 0
  #sinceMs: number | undefined

  constructor (deps: { clock: Clock, log: Logger }) {
    this.#deps = deps
  }

  /** The share, from 0 to 1; 0 before the first message. */
  get share (): number {
    return this.#seen === 0 ? 0 : this.#bad / this.#counted
  }

  /** What is wrong: from more than a fifth until it is a tenth at most; else undefined. */
  get problem (): DeadLetterProblem | undefined {
    return this.#sinceMs === undefined
      ? undefined
      : { code: 'PP_DEAD_LETTER_RATE', message: `${String(this.#bad)} of the last ${String(this.#counted)} messages cannot be stored and went to the dead letters`, sinceMs: this.#sinceMs }
  }

  /** Counts one message. */
  record (isBad: boolean): void {
    const slot = this.#seen % WINDOW
    this.#bad += Number(isBad) - (this.#window[slot] ?? 0)
    this.#window[slot] = Number(isBad)
    this.#seen++
    this.#note()
  }

  get #counted (): number {
    return Math.min(this.#seen, WINDOW)
  }

  #note (): void {
    const { clock, log } = this.#deps
    const { problem, share } = this

    if (problem !== undefined && share <= CALM_SHARE) {
      this.#sinceMs = undefined
      log.info({ code: problem.code, share }, 'the share of dead letters is low again')
    } else if (problem === undefined && this.#counted >= MINIMUM && share > MAX_SHARE) {
      this.#sinceMs = clock.now()
      log.error({ code: 'PP_DEAD_LETTER_RATE', bad: this.#bad, counted: this.#counted }, 'many messages cannot be stored: they go to the dead letters, all others are stored')
    }
  }
}
