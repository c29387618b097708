import { errorText, isProbeError } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'

/** Why no message can be stored at the moment. */
export interface OutageState {
  code: string
  message: string
  sinceMs: number
}

/**
 * Whether the consumer waits for a failing dependency: the database, or the bus for dead letters.
 * Meanwhile it commits nothing, reads no messages, and the process is not ready.
 */
export class Outage {
  readonly #deps: { clock: Clock, log: Logger }
  #state: OutageState | undefined

  /** Called when an outage begins and when it ends. */
  onChange: (isOut: boolean) => void = () => undefined

  constructor (deps: { clock: Clock, log: Logger }) {
    this.#deps = deps
  }

  get state (): OutageState | undefined {
    return this.#state
  }

  /** Records a failure; the first one begins the outage. */
  begin (err: unknown): void {
    const isNew = this.#state === undefined
    this.#state = { code: isProbeError(err) ? err.code : 'UNEXPECTED', message: errorText(err), sinceMs: this.#state?.sinceMs ?? this.#deps.clock.now() }

    if (isNew) {
      this.#deps.log.error({ err }, 'outage began: no message is stored and no offset committed until it ends')
      this.onChange(true)
    }
  }

  /** Records a success; ends the outage, if there is one. */
  end (): void {
    if (this.#state !== undefined) {
      this.#deps.log.info({ durationMs: this.#deps.clock.now() - this.#state.sinceMs }, 'outage ended')
      this.#state = undefined
      this.onChange(false)
    }
  }
}
