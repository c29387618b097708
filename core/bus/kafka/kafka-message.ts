import { partitionOf } from '../port/partition-of.ts'
import type { IncomingMessage, OutgoingMessage } from '../port/event-bus.ts'
import type { IHeaders, KafkaMessage, Message, PartitionerArgs } from 'kafkajs'

/** A message for kafkajs, with the partition that we chose. */
export type KafkaOutgoing = Message & { partition: number, value: Buffer }

const NOTHING = new Uint8Array(0)

/** Puts a message into the form of kafkajs. The partition is ours, so that it is known which ones an answer must name. */
export function toKafkaMessage ({ key, value, headers }: OutgoingMessage, partitions: number, nowMs: number): KafkaOutgoing {
  return {
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers,
    partition: partitionOf(key, partitions),
    timestamp: String(nowMs)
  }
}

/** The partitioner for kafkajs: the partition that we chose. @throws TypeError when a message has none */
export function chosenPartition ({ message: { partition } }: Pick<PartitionerArgs, 'message'>): number {
  if (partition === undefined) {
    throw new TypeError('a message without a partition')
  }

  return partition
}

/** A message of kafkajs as the port hands it on. A missing key is empty; so is a missing value (a tombstone). */
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

// Of a header that is there several times the last one counts, as with Kafka's `lastHeader`.
function textHeaders (headers: IHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? '']))
}

/** Messages in runs that stay below `maxBytes` each; a single larger message makes a run of its own. */
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

/** About how many bytes a message takes, before compression. */
export function sizeOf ({ key, value, headers }: OutgoingMessage): number {
  return Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, value.length + key.length)
}
