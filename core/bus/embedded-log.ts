// The log itself: topics, partitions and messages in one SQLite file that several processes share.
//
// One publish is one transaction, so that it is stored whole or not at all, and costs one commit
// however many messages it carries. Every call is synchronous and short; a call that meets another
// writer for longer than the busy limit fails with `details.busy` and is tried again by the bus.
import { ProbeError } from '../errors.ts'
import { inTransaction, openDatabase } from '../sqlite.ts'
import { asBusError } from './bus-error.ts'
import { prepareLogFile } from './embedded-schema.ts'
import { partitionOf } from './partition-of.ts'
import type { IncomingMessage, OutgoingMessage, TopicSpec } from './event-bus.ts'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'

// Short, because it blocks the event loop; the bus waits longer, and asynchronously.
const BUSY_TIMEOUT_MS = 100

/** Largest value of one message in bytes, as Kafka's default `max.message.bytes`. */
export const MAX_VALUE_BYTES = 1_048_576

// One read holds at most this much, whatever the number of messages asked for.
const MAX_READ_BYTES = 8 * 1_048_576

// Messages that one trimming transaction removes at most: about 10 ms.
const TRIM_CHUNK = 2_000

/** One partition as the log holds it. */
export interface LogPartition {
  partitionId: number
  partition: number

  /** Offset of the oldest message that is still there. */
  start: number

  /** Offset that the next message will get. */
  next: number
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
  readonly #oldest: StatementSync

  private constructor (database: DatabaseSync, path: string) {
    this.database = database
    this.#path = path
    this.#findTopic = database.prepare('SELECT topic_id FROM topic WHERE name = ?')
    this.#partitions = database.prepare('SELECT partition_id, partition, start_offset, next_offset FROM topic_partition WHERE topic_id = ? ORDER BY partition')
    this.#insert = database.prepare('INSERT INTO message (partition_id, message_offset, published_at, message_key, headers, value) VALUES (?, ?, ?, ?, ?, ?)')
    this.#advance = database.prepare('UPDATE topic_partition SET next_offset = ? WHERE partition_id = ?')
    this.#read = database.prepare('SELECT message_offset, published_at, message_key, headers, value FROM message WHERE partition_id = ? AND message_offset >= ? ORDER BY message_offset LIMIT ?')
    this.#oldest = database.prepare('SELECT message_offset, published_at FROM message WHERE partition_id = ? ORDER BY message_offset LIMIT ?')
  }

  /** Opens or makes the file. @throws ProbeError `PP_BUS_UNAVAILABLE`, `PP_FILE_UNUSABLE`, `PP_CONFIG_INVALID` when it is not a log */
  static open (path: string): EmbeddedLog {
    let database: DatabaseSync | undefined

    try {
      database = openDatabase(path, { busyTimeoutMs: BUSY_TIMEOUT_MS })
      prepareLogFile(database, path)

      return new EmbeddedLog(database, path)
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

  /** Runs one operation on the file; a failure of the file becomes an error of the port. */
  run<T> (operation: () => T): T {
    try {
      return operation()
    } catch (err) {
      throw asBusError(err, this.#path)
    }
  }

  /** Makes the topic, adds partitions that are missing, and takes over the retention. */
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
    // A topic is never removed from a file, so that its id may be kept.
    const known = this.#topicIds.get(name)

    if (known !== undefined) {
      return known
    }

    const topicId = this.run(() => this.#findTopic.get(name)?.['topic_id'])

    if (typeof topicId !== 'number') {
      throw new ProbeError('PP_TOPIC_MISSING', `topic ${name} does not exist`, { details: { topic: name } })
    }

    // Inside a transaction the row may yet be rolled back.
    if (!this.database.isTransaction) {
      this.#topicIds.set(name, topicId)
    }

    return topicId
  }

  /** Partitions of a topic in their order. */
  partitions (topicId: number): LogPartition[] {
    return this.run(() => this.#partitions.all(topicId).map(row => ({
      partitionId: row['partition_id'] as number,
      partition: row['partition'] as number,
      start: row['start_offset'] as number,
      next: row['next_offset'] as number
    })))
  }

  /** Stores messages at the ends of their partitions, all in one transaction. */
  append (topic: string, messages: readonly OutgoingMessage[], nowMs: number): void {
    const topicId = this.topicId(topic)

    this.run(() => {
      inTransaction(this.database, () => {
        const partitions = this.partitions(topicId)
        const touched = new Set<LogPartition>()

        for (const { key, value, headers } of messages) {
          const target = partitions[partitionOf(key, partitions.length)]

          if (target === undefined) {
            throw new ProbeError('PP_TOPIC_MISSING', `topic ${topic} has no partition`, { details: { topic } })
          }

          this.#insert.run(target.partitionId, target.next++, nowMs, key, JSON.stringify(headers), value)
          touched.add(target)
        }
        for (const { partitionId, next } of touched) {
          this.#advance.run(next, partitionId)
        }
      })
    })
  }

  /** Messages of a partition from an offset on: at most `max` of them and at most 8 MiB, but at least one if there is any. */
  read ({ partitionId, partition }: Pick<LogPartition, 'partitionId' | 'partition'>, from: number, max: number): IncomingMessage[] {
    return this.run(() => {
      const messages: IncomingMessage[] = []
      let bytes = 0

      for (const row of this.#read.iterate(partitionId, from, max)) {
        const message = toMessage(partition, row)
        messages.push(message)
        bytes += message.value.byteLength

        if (bytes >= MAX_READ_BYTES) {
          break
        }
      }

      return messages
    })
  }

  /**
   * Removes some of the oldest messages that are older than their topic's retention, whether or
   * not a group has read them: by age only, as Kafka does. The file does not shrink; its free
   * pages are used again.
   *
   * @returns how many were removed; 0 when nothing is left to remove
   */
  trim (nowMs: number): number {
    return this.run(() => {
      let removed = 0

      for (const { partition_id: partitionId, retention_ms: retentionMs } of this.database.prepare('SELECT partition_id, retention_ms FROM topic_partition JOIN topic USING (topic_id)').all()) {
        removed += this.#trimPartition(partitionId as number, nowMs - (retentionMs as number))
      }

      return removed
    })
  }

  #trimPartition (partitionId: number, beforeMs: number): number {
    const oldest = this.#oldest.all(partitionId, TRIM_CHUNK)
    const kept = oldest.findIndex(row => (row['published_at'] as number) >= beforeMs)
    const removed = kept === -1 ? oldest : oldest.slice(0, kept)
    const last = removed.at(-1)

    if (last === undefined) {
      return 0
    }

    inTransaction(this.database, () => {
      const start = (last['message_offset'] as number) + 1
      this.database.prepare('DELETE FROM message WHERE partition_id = ? AND message_offset < ?').run(partitionId, start)
      this.database.prepare('UPDATE topic_partition SET start_offset = max(start_offset, ?) WHERE partition_id = ?').run(start, partitionId)
    })

    return removed.length
  }
}

function toMessage (partition: number, row: Record<string, SQLOutputValue>): IncomingMessage {
  return {
    partition,
    offset: row['message_offset'] as number,
    key: row['message_key'] as string,
    value: row['value'] as Uint8Array,
    headers: JSON.parse(row['headers'] as string) as Record<string, string>,
    timestampMs: row['published_at'] as number
  }
}
