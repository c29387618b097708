import { isProbeError } from '../../errors.ts'

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

  /** Offsets ascend. Empty where the bus passed offsets that hold no message: marks of transactions, or what compaction removed. */
  messages: readonly IncomingMessage[]

  /** The offset to commit once these messages are done: the first one behind them that may hold a message. */
  nextOffset: number
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

/** The members of a group. */
export interface GroupMembers {
  /** Those that read the topic. */
  members: number

  /** Those that do not. */
  others: number

  /** Topics that those read, in their order. */
  otherTopics: readonly string[]
}

/** How a member stands in its group. */
export interface GroupStanding extends GroupMembers {
  /** Partitions that it has. */
  assigned: number

  /** Partitions of the topic. */
  partitions: number
}

/** A running subscription. Dispose it to leave the group; running handlers are awaited. */
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

  /** How this member stands in its group. */
  standing (): Promise<GroupStanding>

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
   * @throws ProbeError `PP_TOPIC_MISSING`, `PP_BUS_UNAVAILABLE` and others that are retryable: the call may be repeated, at the
   * price of duplicates. `PP_MESSAGE_TOO_LARGE` when all are stored but the ones that {@link refusedOf} names
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

/** Which messages of a call, by their places, the topic refused as too large: all others are stored. Undefined for another failure. */
export function refusedOf (err: unknown): ReadonlySet<number> | undefined {
  return isProbeError(err, 'PP_MESSAGE_TOO_LARGE') && Array.isArray(err.details['refused']) ? new Set(err.details['refused'] as number[]) : undefined
}

/** Messages at most that a group has not done of a partition. A committed offset that the log no longer has, or not yet, counts for nothing. */
export function lagAt ({ oldest, next, committed }: GroupPosition): number {
  return next - (committed === null || committed < oldest || committed > next ? oldest : committed)
}
