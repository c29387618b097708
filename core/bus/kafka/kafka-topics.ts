import { ProbeError } from '../../errors.ts'
import { retry } from '../../time/backoff.ts'
import { isTopicMissing } from './client/kafka-error.ts'
import type { Clock } from '../../time/clock.ts'
import type { TopicSpec } from '../port/event-bus.ts'
import type { KafkaLink } from './kafka-link.ts'
import type { Admin } from 'kafkajs'

interface KnownTopic { partitions: number, untilMs: number }

// How long a publisher may take to notice new partitions of a topic (Kafka's own producer: 5 min).
const MAX_AGE_MS = 60_000

// A change of a topic reaches the brokers one after the other. A new leader that does not know it yet refuses its
// partition, and the client then sends the other partitions of the request again.
const SETTLE = { attempts: 40, initialMs: 50, maxMs: 500 }

const BROKERS_DEFAULT = -1

const CREATE_TIMEOUT_MS = 10_000

/** Reads and creates the topics of a cluster. */
export class KafkaTopics {
  readonly #admin: KafkaLink<Admin>
  readonly #clock: Clock
  readonly #known = new Map<string, KnownTopic>()

  constructor ({ admin, clock }: { admin: KafkaLink<Admin>, clock: Clock }) {
    this.#admin = admin
    this.#clock = clock
  }

  /** Number of partitions of a topic, at most a minute old. @throws ProbeError `PP_TOPIC_MISSING`, and as {@link KafkaLink.use} */
  async partitionsOf (topic: string, signal: AbortSignal): Promise<number> {
    const known = this.#known.get(topic)

    if (known !== undefined && known.untilMs > this.#clock.monotonic()) {
      return known.partitions
    }

    const partitions = await this.#count(topic, signal)

    if (partitions === undefined) {
      throw new ProbeError('PP_TOPIC_MISSING', `topic ${topic} does not exist (create it, or correct its name)`, { details: { topic } })
    }

    this.#known.set(topic, { partitions, untilMs: this.#clock.monotonic() + MAX_AGE_MS })

    return partitions
  }

  /** Forgets the partitions of a topic, after an error. */
  forget (topic: string): void {
    this.#known.delete(topic)
  }

  /**
   * Creates a topic if it is missing, and adds missing partitions. The settings of an existing topic stay unchanged:
   * they are its owner's.
   */
  async ensure (spec: TopicSpec, signal: AbortSignal): Promise<void> {
    this.forget(spec.name)
    const there = await this.#count(spec.name, signal)

    if (there === undefined) {
      await this.#create(spec, signal)
    } else if (there < spec.partitions) {
      await this.#admin.use(async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic: spec.name, count: spec.partitions }], timeout: CREATE_TIMEOUT_MS })
      }, signal, { topic: spec.name })
    } else {
      return
    }

    await this.#settle(spec, signal)
  }

  async #create ({ name, partitions, replicas, retentionMs }: TopicSpec, signal: AbortSignal): Promise<void> {
    await this.#admin.use(async (admin) => {
      await admin.createTopics({
        topics: [{ topic: name, numPartitions: partitions, replicationFactor: replicas ?? BROKERS_DEFAULT, configEntries: [{ name: 'retention.ms', value: String(retentionMs) }] }],
        timeout: CREATE_TIMEOUT_MS,
        waitForLeaders: false
      })
    }, signal, { topic: name })
  }

  async #settle ({ name, partitions }: TopicSpec, signal: AbortSignal): Promise<void> {
    await retry(async () => {
      if ((await this.#count(name, signal) ?? 0) < partitions) {
        throw new ProbeError('PP_TOPIC_MISSING', `topic ${name} was created and does not have ${String(partitions)} partitions yet`)
      }
      await this.#admin.use(async admin => await admin.fetchTopicOffsets(name), signal, { topic: name })
    }, { ...SETTLE, clock: this.#clock, signal })
  }

  async #count (topic: string, signal: AbortSignal): Promise<number | undefined> {
    return await this.#admin.use(async (admin) => {
      try {
        return (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length
      } catch (err) {
        if (isTopicMissing(err)) {
          return undefined
        }
        throw err
      }
    }, signal, { topic })
  }
}
