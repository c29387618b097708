// Invalid messages are rare. If a fifth of all messages cannot be stored, a producer or this consumer is broken, or a client with
// the right to write floods the topic. Stopping would help an attacker: the valid messages are stored, and an alert informs a person.
import type { ErrorCode } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'

const WINDOW = 1_000

/** Fewer messages say nothing about a rate. */
const MINIMUM = 100

const MAX_SHARE = 0.2

// Hysteresis: a share near the limit must not raise and clear the problem with every message.
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

  /** Set when the share exceeds a fifth, until it falls to a tenth; otherwise undefined. */
  get problem (): DeadLetterProblem | undefined {
    return this.#sinceMs === undefined
      ? undefined
      : { code: 'PP_DEAD_LETTER_RATE', message: `${String(this.#bad)} of the last ${String(this.#counted)} messages cannot be stored and were moved to the dead letters: \`peerprobe dead-letters list\` shows why`, sinceMs: this.#sinceMs }
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
      log.error({ code: 'PP_DEAD_LETTER_RATE', bad: this.#bad, counted: this.#counted }, 'many messages cannot be stored: they are moved to the dead letters, all others are stored')
    }
  }
}
