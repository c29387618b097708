import { partitionOf } from '../port/partition-of.ts'
import type { IncomingMessage, OutgoingMessage } from '../port/event-bus.ts'
import type { IHeaders, KafkaMessage, Message, PartitionerArgs } from 'kafkajs'

/** A message for kafkajs, with its partition. */
export type KafkaOutgoing = Message & { partition: number, value: Buffer }

const NOTHING = new Uint8Array(0)

/** Converts a message for kafkajs. We choose the partition, so that we know which partitions the response must contain. */
export function toKafkaMessage ({ key, value, headers }: OutgoingMessage, partitions: number, nowMs: number): KafkaOutgoing {
  return {
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers,
    partition: partitionOf(key, partitions),
    timestamp: String(nowMs)
  }
}

/** The partitioner for kafkajs: returns the chosen partition. @throws TypeError when a message has none */
export function chosenPartition ({ message: { partition } }: Pick<PartitionerArgs, 'message'>): number {
  if (partition === undefined) {
    throw new TypeError('a message without a partition')
  }

  return partition
}

/** Converts a message of kafkajs. A missing key becomes empty, and so does a missing value (a tombstone). */
export function fromKafkaMessage ({ key, value, headers, offset, timestamp }: KafkaMessage, partition: number): IncomingMessage {
  return {
    partition,
    offset: Number(offset),
    key: key?.toString() ?? '',
    value: value ?? NOTHING,
    headers: headers === undefined ? {} : textHeaders(headers),
    timestampMs: Number(timestamp)
  }
}

// Of a repeated header the last value counts, as in Kafka's `lastHeader`.
function textHeaders (headers: IHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? '']))
}

/** Splits messages into groups of less than `maxBytes` each; a larger message becomes a separate group. */
export function runsOf (messages: readonly OutgoingMessage[], maxBytes: number): OutgoingMessage[][] {
  const runs: OutgoingMessage[][] = []
  let bytes = Infinity

  for (const message of messages) {
    const size = sizeOf(message)
    bytes += size

    if (bytes > maxBytes) {
      runs.push([])
      bytes = size
    }

    runs.at(-1)?.push(message)
  }

  return runs
}

/** Approximate size of a message in bytes, before compression. */
export function sizeOf ({ key, value, headers }: OutgoingMessage): number {
  return Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, value.length + key.length)
}
