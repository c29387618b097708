import { errorText, isProbeError } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'

/** Why nothing can be stored at the moment. */
export interface OutageState {
  code: string
  message: string
  sinceMs: number
}

/**
 * Whether the consumer waits for something outside that fails: the database, or the bus for dead
 * letters. While it waits nothing is committed, nothing is taken, and the process is not ready.
 */
export class Outage {
  readonly #deps: { clock: Clock, log: Logger }
  #state: OutageState | undefined

  /** Told when an outage begins and when it ends. */
  onChange: (isOut: boolean) => void = () => undefined

  constructor (deps: { clock: Clock, log: Logger }) {
    this.#deps = deps
  }

  get state (): OutageState | undefined {
    return this.#state
  }

  /** Notes a failure; the first one begins the outage. */
  begin (err: unknown): void {
    const isNew = this.#state === undefined
    this.#state = { code: isProbeError(err) ? err.code : 'UNEXPECTED', message: errorText(err), sinceMs: this.#state?.sinceMs ?? this.#deps.clock.now() }

    if (isNew) {
      this.#deps.log.error({ err }, 'outage: nothing is stored or committed until it ends')
      this.onChange(true)
    }
  }

  /** Notes a success; ends the outage if there is one. */
  end (): void {
    if (this.#state !== undefined) {
      this.#deps.log.info({ durationMs: this.#deps.clock.now() - this.#state.sinceMs }, 'outage ended')
      this.#state = undefined
      this.onChange(false)
    }
  }
}
