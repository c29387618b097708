/** A message on its way to a topic. */
export interface OutgoingMessage {
  /** Decides the partition: messages with the same key stay in order. */
  key: string

  value: Uint8Array
  headers: Readonly<Record<string, string>>
}

/** A message as it stands on a topic. */
export interface IncomingMessage {
  partition: number

  /** Position in its partition, from 0. */
  offset: number

  key: string
  value: Uint8Array
  headers: Readonly<Record<string, string>>

  /** When it was published, in epoch milliseconds. */
  timestampMs: number
}

/** What a topic should be like. */
export interface TopicSpec {
  name: string
  partitions: number

  /** Copies of each partition when it is made; the brokers' default when absent. */
  replicas?: number | undefined

  /** Messages older than this may be removed, in milliseconds. */
  retentionMs: number
}

/** Some messages of one partition, in order. */
export interface MessageBatch {
  partition: number

  /** Never empty; offsets ascend. */
  messages: readonly IncomingMessage[]
}

/**
 * Handles messages of one partition. The next batch of the same partition comes after it has
 * resolved; batches of other partitions may come meanwhile. A rejection ends the subscription.
 */
export type BatchHandler = (batch: MessageBatch, signal: AbortSignal) => Promise<void>

/** Settings of {@link EventBus.subscribe}. */
export interface SubscribeOptions {
  topic: string

  /** Members of one group share the partitions; each partition has one reader in the group. */
  group: string

  /** Messages in one batch at most. */
  maxMessages: number
}

/** A running subscription. Dispose it to leave the group; handlers in work are awaited. */
export interface Subscription extends AsyncDisposable {
  /**
   * Marks everything below `nextOffset` of a partition as done, durably. Never moves back. Has no effect when the
   * partition belongs to another member by now, or the group cannot be reached: then the messages come again.
   */
  commit (partition: number, nextOffset: number): Promise<void>

  /** Stops handing out further batches until {@link resume}. */
  pause (): void

  resume (): void

  /** Messages not yet committed, by partition assigned to this member. */
  lag (): Promise<ReadonlyMap<number, number>>

  /** Resolves when the subscription has ended; rejects when it ended by a failure. */
  readonly ended: Promise<void>
}

/** How far a group has come in one partition. */
export interface GroupPosition {
  partition: number

  /** Offset of the oldest message that is still there. */
  oldest: number

  /** Offset that the next message will get. */
  next: number

  /** The first offset that the group has not done; null where it has committed nothing. */
  committed: number | null
}

/** Where a group shall go on: at the oldest message, behind the newest, or at the first one published at a time (epoch milliseconds) or later. */
export type GroupTarget = 'earliest' | 'latest' | { atMs: number }

/**
 * The message bus: topics of ordered, durable partitions, read by groups that commit how far
 * they got. Delivery is at least once: what was handled and not committed comes again.
 *
 * Adapters: the embedded log (one machine) and Kafka. One conformance suite holds for all.
 */
export interface EventBus extends AsyncDisposable {
  /** Creates the topic where it is missing. Never shrinks one. */
  ensureTopic (spec: TopicSpec, signal: AbortSignal): Promise<void>

  /**
   * Publishes messages; resolves when every one of them is stored durably.
   *
   * @throws ProbeError `PP_TOPIC_MISSING`, `PP_BUS_UNAVAILABLE`; the call may be repeated, at the price of duplicates
   */
  publish (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void>

  /** Starts to read a topic from the group's committed offsets (from the beginning where there are none). */
  subscribe (options: SubscribeOptions, handler: BatchHandler, signal: AbortSignal): Promise<Subscription>

  /** Messages that a group has not committed, for every partition of a topic, whoever reads it. */
  groupLag (topic: string, group: string, signal: AbortSignal): Promise<ReadonlyMap<number, number>>

  /** How far a group has come in every partition of a topic, in their order. */
  groupPositions (topic: string, group: string, signal: AbortSignal): Promise<GroupPosition[]>

  /**
   * Sets where a group goes on, forwards or back.
   *
   * @throws ProbeError `PP_GROUP_ACTIVE` while a member of it reads
   */
  resetGroup (topic: string, group: string, target: GroupTarget, signal: AbortSignal): Promise<void>
}
