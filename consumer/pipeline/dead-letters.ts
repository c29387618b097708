import { retry } from '../../core/backoff.ts'
import { waitOn } from '../../core/clock-wait.ts'
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

    const { bus, clock, log, outage, observer } = this.#deps
    const at = new Date(clock.now()).toISOString()
    const messages = letters.map(letter => this.#toMessage(letter, at))

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
    outage.end()

    for (const { message: { partition, offset }, err } of letters) {
      observer.deadLettered(err.code)
      log.warn({ partition, offset, code: err.code, reason: err.message }, 'message moved to the dead letters')
    }
  }

  #toMessage ({ message, err, attempts }: DeadLetter, at: string): OutgoingMessage {
    const reason: DeadLetterHeaders = {
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
