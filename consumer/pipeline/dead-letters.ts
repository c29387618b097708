import { refusedOf } from '../../core/bus/port/event-bus.ts'
import { isProbeError } from '../../core/errors.ts'
import { retry } from '../../core/time/backoff.ts'
import { DEAD_LETTER_FORMS } from './dead-letter-forms.ts'
import type { EventBus, OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { ConsumerConfig } from '../../core/contracts/process-config.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { RejectedMessage } from './decode.ts'
import type { Outage } from './outage.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

export interface DeadLettersDeps {
  bus: Pick<EventBus, 'publish'>
  clock: Clock
  log: Logger
  outage: Outage
  observer: PipelineObserver
}

/** Source and destination of dead letters, and what happens when they are refused. */
export type DeadLettersOptions = Pick<ConsumerConfig, 'topic' | 'deadLetterTopic'> & ConsumerConfig['deadLetters']

// Failures caused by the topic. An unreachable bus is not among them: without it no offset can be committed either.
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['PP_TOPIC_MISSING', 'PP_BUS_FORBIDDEN', 'PP_BUS_REFUSED', 'PP_BUS_REPLICAS', 'PP_BUS_FAILED', 'PP_BUS_SETTLING'])

// Waits of 0.5, 1, 2, 4, 8, 16 and 30 s, less jitter: half a minute to a minute in all, longer than the election of a leader.
const ATTEMPTS_BEFORE_SKIP = 8

/** Moves messages that cannot be stored to the topic of dead letters, unchanged, with the reason in headers. */
export class DeadLetters {
  readonly #deps: DeadLettersDeps
  readonly #options: DeadLettersOptions

  /** Whether the last attempt was refused until it was skipped. The next is tried once only, or each batch would take a minute. */
  #isRefused = false

  constructor (deps: DeadLettersDeps, options: DeadLettersOptions) {
    this.#deps = deps
    this.#options = options
  }

  /**
   * Resolves when all are acknowledged, or skipped where `whenRefused` is `skip`. Waits out an outage of the bus, and a topic
   * that refuses them. The offsets may be committed only after that.
   */
  async send (messages: readonly RejectedMessage[], signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    const { topic, deadLetterTopic } = this.#options
    const context = { topic, at: new Date(clock.now()).toISOString() }
    let left = messages

    for (const [i, form] of DEAD_LETTER_FORMS.entries()) {
      const isLast = i === DEAD_LETTER_FORMS.length - 1
      const refused = await this.#publish(left.map(rejected => form(rejected, context)), isLast, signal)
      left.forEach((rejected, place) => {
        this.#report(rejected, refused.get(place))
      })
      left = left.filter((_, place) => refused.get(place) === 'too large')

      if (left.length > 0) {
        log.error({ code: 'PP_MESSAGE_TOO_LARGE', topic: deadLetterTopic, letters: left.length, leftOut: i === 0 ? 'value' : 'value, key and headers' }, 'dead letters are too large for their topic: parts of them are left out')
      }
    }
  }

  #report ({ message: { partition, offset }, err }: RejectedMessage, refused: 'too large' | 'skipped' | undefined): void {
    const { observer, log } = this.#deps
    const about = { partition, offset, code: err.code, reason: err.message }

    if (refused === undefined) {
      observer.deadLettered(err.code)
      log.warn(about, 'message moved to the dead letters')
    } else if (refused === 'skipped') {
      observer.skipped(err.code)
      log.error({ ...about, topic: this.#options.topic }, 'message skipped: its dead letter was refused, and deadLetters.whenRefused is skip')
    }
  }

  /** Publishes, waiting for an outage to end. Returns why messages were not published, by their index. */
  async #publish (messages: readonly OutgoingMessage[], isLast: boolean, signal: AbortSignal): Promise<ReadonlyMap<number, 'too large' | 'skipped'>> {
    const { bus, outage } = this.#deps
    const { deadLetterTopic, whenRefused } = this.#options

    if (messages.length === 0) {
      return new Map()
    }

    // A topic that refuses some messages as too large has stored the others: only the refused ones are retried.
    let places = [...messages.keys()]
    const publish = async (): Promise<void> => {
      try {
        await bus.publish(deadLetterTopic, messages.filter((_, place) => places.includes(place)), signal)
      } catch (err) {
        const tooLarge = refusedOf(err)
        places = tooLarge === undefined ? places : places.filter((_, i) => tooLarge.has(i))
        throw err
      }
    }

    try {
      await this.#untilTaken(publish, isLast, signal)
      this.#isRefused = false
    } catch (err) {
      const isTooLarge = refusedOf(err) !== undefined

      if (!isTooLarge && (whenRefused !== 'skip' || !isRefusal(err))) {
        throw err
      }

      this.#isRefused = !isTooLarge
      outage.end()
      return new Map(places.map(place => [place, isTooLarge && !isLast ? 'too large' : 'skipped']))
    }

    outage.end()
    return new Map()
  }

  async #untilTaken (publish: () => Promise<void>, isLast: boolean, signal: AbortSignal): Promise<void> {
    const { clock, outage, observer } = this.#deps
    const skips = this.#options.whenRefused === 'skip'
    let refusals = 0

    await retry(publish, {
      clock,
      signal,
      attempts: Infinity,
      isRetryable: (err) => {
        if (refusedOf(err) !== undefined) {
          return isLast && !skips
        }
        if (!isRefusal(err)) {
          return isProbeError(err) && err.retryable
        }

        refusals++
        return !skips || refusals < (this.#isRefused ? 1 : ATTEMPTS_BEFORE_SKIP)
      },
      onRetry: (err) => {
        outage.begin(err)
        observer.retried('bus-unavailable')
      }
    })
  }
}

function isRefusal (err: unknown): boolean {
  return isProbeError(err) && REFUSALS.has(err.code)
}
