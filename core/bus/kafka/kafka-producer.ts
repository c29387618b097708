// kafkajs can resolve a send although some of its partitions were not stored. When a partition's leader moves to a
// broker that has already answered, the retry uses that broker's answer for this partition as well (measured: 39 of
// 30,000 acknowledged messages missing after one leader was killed; kafkajs issue 1303). It also drops messages for
// partitions that its cached metadata lacks. So the response must contain every partition of the send. Messages of
// missing partitions are sent again, by a new client with fresh metadata.
//
// A broker limits the size of batches, after compression. A batch that is too large is sent in parts, and batches
// stay small for a while; only a message that is too large by itself is refused.
import kafkajs from 'kafkajs'
import { isProbeError, ProbeError } from '../../errors.ts'
import { sleep } from '../../time/sleep.ts'
import { partitionOf } from '../port/partition-of.ts'
import { runsOf, sizeOf, toKafkaMessage } from './kafka-message.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { OutgoingMessage } from '../port/event-bus.ts'
import type { KafkaLink } from './kafka-link.ts'
import type { KafkaTopics } from './kafka-topics.ts'
import type { Producer } from 'kafkajs'

export interface KafkaProducerDeps {
  log: Logger
  clock: Clock
  topics: Pick<KafkaTopics, 'partitionsOf' | 'forget'>
  link: Pick<KafkaLink<Producer>, 'use' | 'renew'>
}

type Refuse = (message: OutgoingMessage, err: ProbeError) => void

// Below a broker's default limit of 1 MB for one partition, before compression.
const MAX_SEND_BYTES = 768 * 1_024

const ACK_TIMEOUT_MS = 10_000

// Six sends in 3 s: all brokers know new partitions sooner.
const MAX_SENDS = 6
const RESEND_MS = 100

// How long batches of a topic stay small after one was too large. Its limit may be raised meanwhile.
const SMALL_FOR_MS = 600_000

/** Publishes messages to Kafka. When it resolves, all in-sync replicas have stored them. */
export class KafkaProducer {
  readonly #deps: KafkaProducerDeps
  readonly #partitions = new Map<string, number>()
  readonly #limits = new Map<string, { bytes: number, untilMs: number }>()

  constructor (deps: KafkaProducerDeps) {
    this.#deps = deps
  }

  /**
   * Publishes messages.
   *
   * @throws ProbeError `PP_MESSAGE_TOO_LARGE` when all others are stored, with the indexes of the refused ones in
   * `details.refused`; and as {@link KafkaLink.use}: then some of the messages may be stored
   */
  async publish (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    const refused = new Set<OutgoingMessage>()
    let failure: ProbeError | undefined

    for (const run of runsOf(messages, this.#limitOf(topic))) {
      await this.#storeInParts(topic, run, signal, (message, err) => {
        refused.add(message)
        failure = err
      })
    }

    if (failure !== undefined) {
      const places = messages.flatMap((message, i) => refused.has(message) ? [i] : [])
      throw new ProbeError('PP_MESSAGE_TOO_LARGE', `${String(refused.size)} of ${String(messages.length)} messages: ${failure.message}`, { cause: failure, details: { topic, refused: places } })
    }
  }

  async #storeInParts (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal, refuse: Refuse): Promise<void> {
    try {
      await this.#store(topic, messages, signal)
    } catch (err) {
      if (!isProbeError(err, 'PP_MESSAGE_TOO_LARGE')) {
        this.#deps.topics.forget(topic)
        throw err
      }

      const [only] = messages
      if (only !== undefined && messages.length === 1) {
        refuse(only, err)
        return
      }

      for (const part of await this.#partsOf(topic, messages, signal)) {
        await this.#storeInParts(topic, part, signal, refuse)
      }
    }
  }

  // Each partition has its own batch, and the response does not say which of them was too large.
  async #partsOf (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<readonly OutgoingMessage[][]> {
    const count = await this.#deps.topics.partitionsOf(topic, signal)
    const parts = [...Map.groupBy(messages, ({ key }) => partitionOf(key, count)).values()]

    if (parts.length > 1) {
      return parts
    }

    const bytes = messages.reduce((sum, message) => sum + sizeOf(message), 0) / 2
    this.#limits.set(topic, { bytes, untilMs: this.#deps.clock.monotonic() + SMALL_FOR_MS })
    this.#deps.log.warn({ topic, messages: messages.length, bytes: 2 * bytes }, 'a batch exceeds the size limit of the topic, sending smaller ones')
    const middle = messages.length >>> 1

    return [messages.slice(0, middle), messages.slice(middle)]
  }

  #limitOf (topic: string): number {
    const limit = this.#limits.get(topic)

    return limit === undefined || limit.untilMs <= this.#deps.clock.monotonic() ? MAX_SEND_BYTES : limit.bytes
  }

  async #store (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    let left = messages

    for (let sends = 0; sends < MAX_SENDS; sends++) {
      if (sends > 0) {
        await this.#lookAgain(topic, RESEND_MS * 2 ** (sends - 1), signal)
      }

      left = await this.#send(topic, left, signal)

      if (left.length === 0) {
        return
      }

      this.#deps.log.warn({ topic, messages: left.length }, 'acknowledged without being stored, sending again')
    }

    throw new ProbeError('PP_BUS_UNAVAILABLE', `topic ${topic}: ${String(left.length)} messages were not stored after ${String(MAX_SENDS)} sends`, { details: { topic } })
  }

  async #lookAgain (topic: string, waitMs: number, signal: AbortSignal): Promise<void> {
    const { clock, topics, link } = this.#deps
    await sleep(clock, waitMs, signal)
    topics.forget(topic)
    await link.renew()
  }

  /** Sends messages once; returns those that were not stored. */
  async #send (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<OutgoingMessage[]> {
    const { clock, topics, link } = this.#deps
    const count = await topics.partitionsOf(topic, signal)

    // kafkajs caches metadata for minutes.
    if ((this.#partitions.get(topic) ?? count) !== count) {
      await link.renew()
    }

    this.#partitions.set(topic, count)
    const nowMs = clock.now()
    const stored = await link.use(async producer => await producer.send({
      topic,
      messages: messages.map(message => toKafkaMessage(message, count, nowMs)),
      acks: -1,
      timeout: ACK_TIMEOUT_MS,
      compression: kafkajs.CompressionTypes.ZSTD
    }), signal, { topic })
    const partitions = new Set(stored.map(({ partition }) => partition))

    return messages.filter(({ key }) => !partitions.has(partitionOf(key, count)))
  }
}
