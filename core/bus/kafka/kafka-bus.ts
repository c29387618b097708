// The message bus on Apache Kafka, with kafkajs: pure JavaScript, no longer developed, with known faults that are
// handled here: kafka-producer.ts checks what was stored, kafka-member.ts and kafka-subscription.ts keep a reader
// running, kafkajs-timer-patch.ts replaces a timer that fires a thousand times a second.
import { ProbeError } from '../../errors.ts'
import { CONNECT_TIMEOUT_MS, KafkaClient } from './client/kafka-client.ts'
import { KafkaLink } from './kafka-link.ts'
import { KafkaMember } from './kafka-member.ts'
import { chosenPartition } from './kafka-message.ts'
import { readGroupLag, readGroupPositions, resetGroupOffsets } from './kafka-offsets.ts'
import { KafkaProducer } from './kafka-producer.ts'
import { readGroupMembers } from './kafka-standing.ts'
import { KafkaSubscription } from './kafka-subscription.ts'
import { KafkaTopics } from './kafka-topics.ts'
import type { KafkaConfig } from '../../contracts/kafka/kafka-config.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { BatchHandler, EventBus, GroupPosition, GroupTarget, OutgoingMessage, SubscribeOptions, TopicSpec } from '../port/event-bus.ts'
import type { Admin, Producer } from 'kafkajs'

export interface KafkaBusDeps {
  log: Logger
  clock: Clock
}

/** Settings of the Kafka bus. */
export interface KafkaBusOptions {
  /** How long a killed member keeps its partitions, in milliseconds. @default 20000 */
  sessionMs?: number

  /** Time between two heartbeats of a group member, in milliseconds; a rebalance is noticed with this delay. @default 1000 */
  heartbeatMs?: number

  /** How long a rebalance waits for the handlers of a member before it excludes the member, in milliseconds. @default 60000 */
  rebalanceMs?: number

  /** How long a fetch waits for new messages, in milliseconds; a stop takes up to that long. @default 500 */
  maxWaitMs?: number

  /** How long a consumer may take to notice new partitions of its topic, in milliseconds. @default 30000 */
  metadataMs?: number
}

// Three connection attempts: a wrong configuration is reported within 15 s.
const OPEN_LIMIT_MS = 3 * CONNECT_TIMEOUT_MS

// Nothing is fetched during a rebalance, which takes time.
const STALL_REBALANCES = 2

const DEFAULTS = { sessionMs: 20_000, heartbeatMs: 1_000, rebalanceMs: 60_000, maxWaitMs: 500, metadataMs: 30_000 }

/** The Kafka adapter of the {@link EventBus} port. */
export class KafkaBus implements EventBus {
  readonly #deps: KafkaBusDeps
  readonly #config: KafkaConfig
  readonly #options: Required<KafkaBusOptions>
  readonly #client: KafkaClient
  readonly #admin: KafkaLink<Admin>
  readonly #link: KafkaLink<Producer>
  readonly #topics: KafkaTopics
  readonly #producer: KafkaProducer
  readonly #subscriptions = new Set<KafkaSubscription>()
  #isClosed = false

  private constructor (deps: KafkaBusDeps, config: KafkaConfig, options: Required<KafkaBusOptions>) {
    this.#deps = deps
    this.#config = config
    this.#options = options
    this.#client = new KafkaClient(deps.log, config)
    const { kafka, brokers } = this.#client
    const linked = { ...deps, brokers, asError: this.#client.asError }
    this.#admin = new KafkaLink({ ...linked, isRepeatable: true, create: () => kafka.admin() })
    this.#link = new KafkaLink({
      ...linked,
      create: () => kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1, createPartitioner: () => chosenPartition })
    })
    this.#topics = new KafkaTopics({ admin: this.#admin, clock: deps.clock })
    this.#producer = new KafkaProducer({ ...deps, topics: this.#topics, link: this.#link })
  }

  /**
   * Connects to the cluster, to report a wrong configuration at once.
   *
   * @throws ProbeError `PP_BUS_UNAVAILABLE`, `PP_BUS_AUTH`, `PP_BUS_TLS`, `PP_CONFIG_INVALID`
   */
  static async open (deps: KafkaBusDeps, config: KafkaConfig, signal: AbortSignal, options: KafkaBusOptions = {}): Promise<KafkaBus> {
    const bus = new KafkaBus(deps, config, { ...DEFAULTS, ...options })

    try {
      await bus.#admin.use(async admin => await admin.describeCluster(), signal, { limitMs: OPEN_LIMIT_MS })
    } catch (err) {
      await bus[Symbol.asyncDispose]()
      throw err
    }

    return bus
  }

  async ensureTopic (spec: TopicSpec, signal: AbortSignal): Promise<void> {
    await this.#topics.ensure(spec, signal)
  }

  async publish (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    await this.#producer.publish(topic, messages, signal)
  }

  async subscribe (options: SubscribeOptions, handler: BatchHandler, signal: AbortSignal): Promise<KafkaSubscription> {
    const concurrency = await this.#topics.partitionsOf(options.topic, signal)
    const subscription = await KafkaSubscription.open({
      ...this.#deps,
      join: async (isPaused, life) => await this.#join({ ...options, isPaused, concurrency }, handler, life),
      groupLag: async askSignal => await this.groupLag(options.topic, options.group, askSignal),
      groupMembers: async askSignal => await readGroupMembers(this.#admin, options, askSignal)
    }, signal)

    this.#subscriptions.add(subscription)
    void Promise.allSettled([subscription.ended]).then(() => this.#subscriptions.delete(subscription))

    return subscription
  }

  async groupLag (topic: string, group: string, signal: AbortSignal): Promise<ReadonlyMap<number, number>> {
    return await readGroupLag(this.#admin, { topic, group }, signal)
  }

  async groupPositions (topic: string, group: string, signal: AbortSignal): Promise<GroupPosition[]> {
    return await readGroupPositions(this.#admin, { topic, group }, signal)
  }

  async resetGroup (topic: string, group: string, target: GroupTarget, signal: AbortSignal): Promise<void> {
    await resetGroupOffsets(this.#admin, { topic, group }, target, signal)
  }

  /** Leaves all groups, waits for their handlers, and disconnects. */
  async [Symbol.asyncDispose] (): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#subscriptions].map(async (subscription) => {
      await subscription[Symbol.asyncDispose]()
    }))
    await Promise.all([this.#link[Symbol.asyncDispose](), this.#admin[Symbol.asyncDispose]()])
    this.#client[Symbol.dispose]()
  }

  async #join (options: SubscribeOptions & { isPaused: boolean, concurrency: number }, handler: BatchHandler, signal: AbortSignal): Promise<KafkaMember> {
    if (this.#isClosed) {
      throw new ProbeError('PP_BUS_CLOSED', 'the Kafka bus is closed')
    }

    const { sessionMs, heartbeatMs, rebalanceMs, maxWaitMs, metadataMs } = this.#options
    // Separate connections, so that those of a hanging consumer can be closed without the others.
    const client = new KafkaClient(this.#deps.log, this.#config)
    const consumer = client.kafka.consumer({
      groupId: options.group,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: rebalanceMs,
      maxWaitTimeInMs: maxWaitMs,
      metadataMaxAge: metadataMs,
      allowAutoTopicCreation: false
    })

    return await KafkaMember.open({
      ...this.#deps,
      consumer,
      handler,
      asError: err => client.asError(err, options.topic),
      cut: () => {
        client[Symbol.dispose]()
      }
    }, { ...options, heartbeatMs, joinLimitMs: rebalanceMs + sessionMs, stallMs: STALL_REBALANCES * rebalanceMs }, signal)
  }
}
