import { isProbeError } from '../../errors.ts'

/** A message to publish. */
export interface OutgoingMessage {
  /** Decides the partition: messages with the same key stay in order. */
  key: string

  value: Uint8Array
  headers: Readonly<Record<string, string>>
}

/** A stored message of a topic. */
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

/** The desired state of a topic. */
export interface TopicSpec {
  name: string
  partitions: number

  /** Replicas of each partition of a new topic; the brokers' default when absent. */
  replicas?: number | undefined

  /** Messages older than this may be removed, in milliseconds. */
  retentionMs: number
}

/** Messages of one partition, in order. */
export interface MessageBatch {
  partition: number

  /** In the order of their offsets. Empty where the bus skipped offsets without messages: transaction markers, or messages that compaction removed. */
  messages: readonly IncomingMessage[]

  /** The offset to commit when these messages are handled: the next one that may have a message. */
  nextOffset: number
}

/**
 * Handles messages of one partition. The next batch of the same partition follows when it has resolved;
 * batches of other partitions may arrive meanwhile. A rejection ends the subscription.
 */
export type BatchHandler = (batch: MessageBatch, signal: AbortSignal) => Promise<void>

/** Settings of {@link EventBus.subscribe}. */
export interface SubscribeOptions {
  topic: string

  /** Members of one group share the partitions; each partition has one reader in the group. */
  group: string

  /** Maximum number of messages in one batch. */
  maxMessages: number
}

/** The members of a group. */
export interface GroupMembers {
  /** Members that read the topic. */
  members: number

  /** Members that do not. */
  others: number

  /** Topics that the latter read, sorted. */
  otherTopics: readonly string[]
}

/** A member's view of its group. */
export interface GroupStanding extends GroupMembers {
  /** Partitions of this member. */
  assigned: number

  /** Partitions of the topic. */
  partitions: number
}

/** A running subscription. Dispose it to leave the group; running handlers are awaited. */
export interface Subscription extends AsyncDisposable {
  /**
   * Commits the position of a partition durably: everything below `nextOffset` is handled. Never moves back. Has no effect when
   * the partition belongs to another member by now, or the group cannot be reached: then the messages are delivered again.
   */
  commit (partition: number, nextOffset: number): Promise<void>

  /** Delivers no further batches until {@link resume}. */
  pause (): void

  resume (): void

  /** Messages that are not committed, for each partition of this member. */
  lag (): Promise<ReadonlyMap<number, number>>

  /** This member's view of its group. */
  standing (): Promise<GroupStanding>

  /** Resolves when the subscription has ended; rejects when a failure ended it. */
  readonly ended: Promise<void>
}

/** A group's position in one partition. */
export interface GroupPosition {
  partition: number

  /** Offset of the oldest message that is still stored. */
  oldest: number

  /** Offset that the next message will get. */
  next: number

  /** The committed offset; null where the group has committed nothing. */
  committed: number | null
}

/** A new position of a group: the oldest message, after the newest, or the first message published at a time (epoch milliseconds) or later. */
export type GroupTarget = 'earliest' | 'latest' | { atMs: number }

/**
 * The message bus: topics of ordered, durable partitions, read by groups that commit their positions. Delivery is
 * at least once: messages that were handled and not committed are delivered again.
 *
 * Adapters: the embedded log (one machine) and Kafka. One conformance suite tests both.
 */
export interface EventBus extends AsyncDisposable {
  /** Creates the topic if it is missing. Never removes partitions. */
  ensureTopic (spec: TopicSpec, signal: AbortSignal): Promise<void>

  /**
   * Publishes messages; resolves when every one of them is stored durably.
   *
   * @throws ProbeError `PP_TOPIC_MISSING`, `PP_BUS_UNAVAILABLE` and others that are retryable: the call may be repeated, at the
   * price of duplicates. `PP_MESSAGE_TOO_LARGE` when all are stored except those in {@link refusedOf}
   */
  publish (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void>

  /** Starts to read a topic from the group's committed offsets, or from the beginning without any. */
  subscribe (options: SubscribeOptions, handler: BatchHandler, signal: AbortSignal): Promise<Subscription>

  /** Messages that a group has not committed, for every partition of a topic. */
  groupLag (topic: string, group: string, signal: AbortSignal): Promise<ReadonlyMap<number, number>>

  /** A group's positions in all partitions of a topic, in their order. */
  groupPositions (topic: string, group: string, signal: AbortSignal): Promise<GroupPosition[]>

  /**
   * Sets the position of a group, forwards or back.
   *
   * @throws ProbeError `PP_GROUP_ACTIVE` while the group has members
   */
  resetGroup (topic: string, group: string, target: GroupTarget, signal: AbortSignal): Promise<void>
}

/** Indexes of the messages that the topic refused as too large; all others are stored. Undefined for another failure. */
export function refusedOf (err: unknown): ReadonlySet<number> | undefined {
  return isProbeError(err, 'PP_MESSAGE_TOO_LARGE') && Array.isArray(err.details['refused']) ? new Set(err.details['refused'] as number[]) : undefined
}

/** Upper bound of a group's lag in a partition. A committed offset outside the log is ignored. */
export function lagAt ({ oldest, next, committed }: GroupPosition): number {
  return next - (committed === null || committed < oldest || committed > next ? oldest : committed)
}
