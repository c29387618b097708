// The log itself: topics, partitions and messages in one SQLite file that several processes share.
//
// One publish is one transaction: it is stored completely or not at all, and costs one commit however many
// messages it has. Every call is synchronous and short; a call that another writer blocks for longer than the
// busy timeout fails with `details.busy`, and the bus retries it.
import { ProbeError } from '../../errors.ts'
import { inTransaction, openDatabase } from '../../files/sqlite.ts'
import { bytesAt, numberAt } from '../../rows/sqlite-row.ts'
import { asBusError } from '../port/bus-error.ts'
import { packedByPartition, unpackBatch } from './embedded-batch.ts'
import { prepareLogFile } from './embedded-schema.ts'
import { trimLog } from './embedded-trim.ts'
import type { IncomingMessage, OutgoingMessage, TopicSpec } from '../port/event-bus.ts'
import type { TrimLimits } from './embedded-trim.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

// Short, because it blocks the event loop; the bus waits longer, asynchronously.
const BUSY_TIMEOUT_MS = 100

/** Largest value of one message in bytes, as Kafka's default `max.message.bytes`. */
export const MAX_VALUE_BYTES = 1_048_576

// Maximum size of one read, whatever the number of messages requested.
const MAX_READ_BYTES = 8 * 1_048_576

/** Default limits: about a hundred crawls of 10,000 peers. */
export const DEFAULT_LIMITS: TrimLimits = { maxBytes: 1_073_741_824, keepCommittedMs: 600_000 }

// Pages of 4 KiB that are returned to the disk after a removal: some milliseconds.
const FREED_PAGES = 1_000

/** One partition of the log. */
export interface LogPartition {
  partitionId: number
  partition: number

  /** Offset of the oldest message that is still stored. */
  start: number

  /** Offset that the next message will get. */
  next: number

  /** Size of its messages, compressed. */
  storedBytes: number
}

/** The embedded log on one open file. */
export class EmbeddedLog implements Disposable {
  readonly database: DatabaseSync
  readonly #path: string
  readonly #topicIds = new Map<string, number>()
  readonly #findTopic: StatementSync
  readonly #partitions: StatementSync
  readonly #insert: StatementSync
  readonly #advance: StatementSync
  readonly #read: StatementSync
  readonly #limits: TrimLimits

  private constructor (database: DatabaseSync, path: string, limits: TrimLimits) {
    this.database = database
    this.#limits = limits
    this.#path = path
    this.#findTopic = database.prepare('SELECT topic_id FROM topic WHERE name = ?')
    this.#partitions = database.prepare('SELECT partition_id, partition, start_offset, next_offset, stored_bytes FROM topic_partition WHERE topic_id = ? ORDER BY partition')
    this.#insert = database.prepare('INSERT INTO message_batch (partition_id, first_offset, next_offset, published_at, payload) VALUES (?, ?, ?, ?, ?)')
    this.#advance = database.prepare('UPDATE topic_partition SET next_offset = ?, stored_bytes = stored_bytes + ? WHERE partition_id = ?')
    this.#read = database.prepare(`SELECT first_offset, published_at, payload FROM message_batch WHERE partition_id = ?1
      AND first_offset >= ifnull((SELECT max(first_offset) FROM message_batch WHERE partition_id = ?1 AND first_offset <= ?2), 0) ORDER BY first_offset`)
  }

  /** Opens or creates the file. @throws ProbeError `PP_BUS_UNAVAILABLE`, `PP_FILE_UNUSABLE`, `PP_CONFIG_INVALID` when it is not a log */
  static open (path: string, limits: Partial<TrimLimits> = {}): EmbeddedLog {
    let database: DatabaseSync | undefined

    try {
      database = openDatabase(path, { busyTimeoutMs: BUSY_TIMEOUT_MS })
      prepareLogFile(database, path)

      return new EmbeddedLog(database, path, { ...DEFAULT_LIMITS, ...limits })
    } catch (err) {
      database?.close()
      throw asBusError(err, path)
    }
  }

  [Symbol.dispose] (): void {
    if (this.database.isOpen) {
      this.database.close()
    }
  }

  /** Runs one operation on the file; converts failures of the file to errors of the port. */
  run<T> (operation: () => T): T {
    try {
      return operation()
    } catch (err) {
      throw asBusError(err, this.#path)
    }
  }

  /** Creates the topic, adds missing partitions, and sets the retention. */
  ensureTopic ({ name, partitions, retentionMs }: TopicSpec): void {
    this.run(() => {
      inTransaction(this.database, () => {
        this.database.prepare('INSERT INTO topic (name, retention_ms) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET retention_ms = excluded.retention_ms').run(name, retentionMs)
        const topicId = this.topicId(name)
        const insert = this.database.prepare('INSERT INTO topic_partition (topic_id, partition) VALUES (?, ?) ON CONFLICT (topic_id, partition) DO NOTHING')

        for (let partition = 0; partition < partitions; partition++) {
          insert.run(topicId, partition)
        }
      })
    })
  }

  /** @throws ProbeError `PP_TOPIC_MISSING` */
  topicId (name: string): number {
    // A topic is never removed from a file, so its id can be cached.
    const known = this.#topicIds.get(name)

    if (known !== undefined) {
      return known
    }

    const topicId = this.run(() => this.#findTopic.get(name)?.['topic_id'])

    if (typeof topicId !== 'number') {
      throw new ProbeError('PP_TOPIC_MISSING', `topic ${name} does not exist`, { details: { topic: name } })
    }

    // Inside a transaction the row may still be rolled back.
    if (!this.database.isTransaction) {
      this.#topicIds.set(name, topicId)
    }

    return topicId
  }

  /** Partitions of a topic, in their order. */
  partitions (topicId: number): LogPartition[] {
    return this.run(() => this.#partitions.all(topicId).map(row => ({
      partitionId: numberAt(row, 'partition_id'),
      partition: numberAt(row, 'partition'),
      start: numberAt(row, 'start_offset'),
      next: numberAt(row, 'next_offset'),
      storedBytes: numberAt(row, 'stored_bytes')
    })))
  }

  /**
   * Appends messages to their partitions, in one transaction.
   *
   * @throws ProbeError `PP_TOPIC_MISSING`, `PP_BUS_UNAVAILABLE` while the topic is full of messages that groups have not committed
   */
  append (topic: string, messages: readonly OutgoingMessage[], nowMs: number): void {
    const topicId = this.topicId(topic)

    this.run(() => {
      inTransaction(this.database, () => {
        const partitions = this.partitions(topicId)
        const batches = packedByPartition(messages, partitions)

        if (batches === undefined) {
          throw new ProbeError('PP_TOPIC_MISSING', `topic ${topic} has no partition`, { details: { topic } })
        }

        this.#requireRoom(topic, partitions, batches.reduce((sum, { payload }) => sum + payload.byteLength, 0))

        for (const { target, count, payload } of batches) {
          const first = target.next
          target.next += count
          this.#insert.run(target.partitionId, first, target.next, nowMs, payload)
          this.#advance.run(target.next, payload.byteLength, target.partitionId)
        }
      })
    })
  }

  /** Messages of a partition from an offset on: at most `max` of them and at most 8 MiB, but at least one if there is any. */
  read ({ partitionId, partition }: Pick<LogPartition, 'partitionId' | 'partition'>, from: number, max: number): IncomingMessage[] {
    return this.run(() => {
      const messages: IncomingMessage[] = []
      let bytes = 0

      for (const row of this.#read.iterate(partitionId, from)) {
        const first = numberAt(row, 'first_offset')
        const batch = unpackBatch(bytesAt(row, 'payload')).map((message, i) => ({ ...message, partition, offset: first + i, timestampMs: numberAt(row, 'published_at') }))

        for (const message of batch.slice(Math.max(0, from - first))) {
          messages.push(message)
          bytes += message.value.byteLength

          if (messages.length >= max || bytes >= MAX_READ_BYTES) {
            return messages
          }
        }
      }

      return messages
    })
  }

  /**
   * Removes some of the old messages: see `embedded-trim.ts`. On a nearly full disk `keepsCommitted` is false: messages that
   * all groups have committed are removed at once.
   *
   * @returns the number of removed messages; 0 when nothing is left to remove
   */
  trim (nowMs: number, { keepsCommitted = true }: { keepsCommitted?: boolean } = {}): number {
    return this.run(() => {
      const removed = trimLog(this.database, nowMs, keepsCommitted ? this.#limits : { ...this.#limits, keepCommittedMs: 0 })

      if (removed > 0) {
        this.database.exec(`PRAGMA incremental_vacuum(${String(FREED_PAGES)})`)
      }

      return removed
    })
  }

  /** Removes old messages where the topic is too full for a publish. */
  makeRoom (topic: string, messages: readonly OutgoingMessage[], nowMs: number): void {
    const topicId = this.topicId(topic)
    const stored = this.partitions(topicId).reduce((sum, { storedBytes }) => sum + storedBytes, 0)
    // An upper bound: compressed they are smaller.
    const bytes = messages.reduce((sum, { value }) => sum + value.byteLength, 0)

    if (stored + bytes > this.#limits.maxBytes) {
      this.run(() => trimLog(this.database, nowMs, this.#limits, { topicId, bytes }))
    }
  }

  #requireRoom (topic: string, partitions: readonly LogPartition[], bytes: number): void {
    const { maxBytes } = this.#limits
    const stored = partitions.reduce((sum, { storedBytes }) => sum + storedBytes, 0)

    // An empty topic accepts a publish of any size.
    if (stored > 0 && stored + bytes > maxBytes) {
      const held = `topic ${topic} has ${String(stored)} of ${String(maxBytes)} bytes that a group has not committed`
      const message = `the embedded log is full: ${held}; check that its consumer runs, or raise bus.embedded.maxBytes`

      throw new ProbeError('PP_BUS_UNAVAILABLE', message, { details: { topic, stored, maxBytes } })
    }
  }
}
