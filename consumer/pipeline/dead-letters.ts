import { retry } from '../../core/backoff.ts'
import { refusedOf } from '../../core/bus/event-bus.ts'
import { waitOn } from '../../core/clock-wait.ts'
import { OMITTED_HEADER } from '../../core/contracts/dead-letter.ts'
import { safeText } from '../store/safe-text.ts'
import type { EventBus, IncomingMessage, OutgoingMessage } from '../../core/bus/event-bus.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeadLetterHeaders } from '../../core/contracts/dead-letter.ts'
import type { ProbeError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import type { Outage } from './outage.ts'
import type { PipelineObserver } from './pipeline-observer.ts'

/** A message that cannot be stored, and why. */
export interface DeadLetter {
  message: IncomingMessage
  err: ProbeError

  /** How often storing it was tried. */
  attempts: number
}

/** What sending dead letters takes. */
export interface DeadLettersDeps {
  bus: Pick<EventBus, 'publish'>
  clock: Clock
  log: Logger
  outage: Outage
  observer: PipelineObserver
}

/** Moves messages that cannot be stored to a topic of their own, unchanged, with the reason beside. */
export class DeadLetters {
  readonly #deps: DeadLettersDeps
  readonly #topics: { topic: string, deadLetterTopic: string }

  constructor (deps: DeadLettersDeps, topics: { topic: string, deadLetterTopic: string }) {
    this.#deps = deps
    this.#topics = topics
  }

  /** Resolves when all are acknowledged; an outage of the bus is waited out. Only then may their offsets be committed. */
  async send (letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    if (letters.length === 0) {
      return
    }

    const { clock, log, observer } = this.#deps
    const at = new Date(clock.now()).toISOString()
    const messages = letters.map(letter => this.#toMessage(letter, at))
    const refused = await this.#publish(messages, signal)

    // A dead letter is larger than its message by its headers, and its topic may take less.
    const short = messages.filter((_, i) => refused.has(i)).map(withoutValue)
    const lost = await this.#publish(short, signal)

    if (short.length > 0) {
      log.error({ code: 'PP_MESSAGE_TOO_LARGE', topic: this.#topics.deadLetterTopic, letters: short.length, lost: lost.size }, 'the dead letter topic takes no messages of this size: their values are left out')
    }

    for (const { message: { partition, offset }, err } of letters) {
      observer.deadLettered(err.code)
      log.warn({ partition, offset, code: err.code, reason: err.message }, 'message moved to the dead letters')
    }
  }

  /** Publishes, waiting for an outage to end. Resolves with the places of those that the topic refuses as too large. */
  async #publish (messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<ReadonlySet<number>> {
    const { bus, clock, outage, observer } = this.#deps

    if (messages.length === 0) {
      return new Set()
    }

    try {
      await retry(async () => {
        await bus.publish(this.#topics.deadLetterTopic, messages, signal)
      }, {
        signal,
        attempts: Infinity,
        onRetry: (err) => {
          outage.begin(err)
          observer.retried('bus-unavailable')
        },
        wait: async (ms) => {
          await waitOn(clock, ms, signal)
        }
      })
    } catch (err) {
      const refused = refusedOf(err)

      if (refused === undefined) {
        throw err
      }

      outage.end()
      return refused
    }

    outage.end()
    return new Set()
  }

  #toMessage ({ message, err, attempts }: DeadLetter, at: string): OutgoingMessage {
    const reason: Omit<DeadLetterHeaders, typeof OMITTED_HEADER> = {
      'peerprobe-topic': this.#topics.topic,
      'peerprobe-partition': String(message.partition),
      'peerprobe-offset': String(message.offset),
      'peerprobe-error-code': err.code,
      'peerprobe-error-message': safeText(err.message.slice(0, 1_024)),
      'peerprobe-attempts': String(attempts),
      'peerprobe-at': at
    }

    return { key: message.key, value: message.value, headers: { ...message.headers, ...reason } }
  }
}

function withoutValue ({ key, value, headers }: OutgoingMessage): OutgoingMessage {
  return { key, value: new Uint8Array(0), headers: { ...headers, [OMITTED_HEADER]: String(value.length) } }
}
