// How the embedded log stores messages: those of one publish and one partition are compressed together. Similar
// messages shrink to a quarter of their size, a single one only to half.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { ProbeError } from '../../errors.ts'
import { partitionOf } from '../port/partition-of.ts'
import type { OutgoingMessage } from '../port/event-bus.ts'

/** Maximum size of a batch before compression, unless one message alone is larger: reading one message decompresses the whole batch. */
const MAX_BATCH_BYTES = 262_144

// More than a message of the maximum size with its key and headers: no batch of a valid file is larger.
const MAX_UNPACKED_BYTES = 8 * 1_048_576

const INDEX_LENGTH_BYTES = 4
const LEVEL = 3

/** Groups messages into batches. */
export function inBatches (messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const batches: OutgoingMessage[][] = []
  let room = 0

  for (const message of messages) {
    const size = message.value.byteLength + message.key.length

    if (batches.length === 0 || size > room) {
      batches.push([])
      room = MAX_BATCH_BYTES
    }
    batches.at(-1)?.push(message)
    room -= size
  }

  return batches
}

/** Packs messages: the length of an index, the index (key, headers, length of the value of each) in JSON, the values. */
export function packBatch (messages: readonly OutgoingMessage[]): Uint8Array {
  const index = Buffer.from(JSON.stringify(messages.map(({ key, headers, value }) => [key, headers, value.byteLength])))
  const length = Buffer.alloc(INDEX_LENGTH_BYTES)
  length.writeUInt32LE(index.byteLength)

  return zstdCompressSync(Buffer.concat([length, index, ...messages.map(({ value }) => value)]), { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
}

/** Unpacks a batch of {@link packBatch}. @throws ProbeError `PP_FILE_UNUSABLE` when its index is wrong; Error of zlib or JSON when it is something else */
export function unpackBatch (payload: Uint8Array): OutgoingMessage[] {
  const raw = zstdDecompressSync(payload, { maxOutputLength: MAX_UNPACKED_BYTES })
  let at = INDEX_LENGTH_BYTES + raw.readUInt32LE()
  const index: unknown = JSON.parse(raw.toString('utf8', INDEX_LENGTH_BYTES, at))

  if (!Array.isArray(index) || !index.every(isEntry)) {
    throw new ProbeError('PP_FILE_UNUSABLE', 'a batch of the embedded log has no index of messages: another program wrote it')
  }

  return index.map(([key, headers, length]) => {
    const value = raw.subarray(at, at + length)
    at += length

    return { key, headers, value }
  })
}

function isEntry (entry: unknown): entry is [key: string, headers: Record<string, string>, length: number] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && isHeaders(entry[1]) && typeof entry[2] === 'number'
}

/** Whether a value is the headers of a message: an object of texts. */
export function isHeaders (value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every(text => typeof text === 'string')
}

/** A batch for one partition. */
export interface PackedBatch<Partition> {
  target: Partition
  count: number
  payload: Uint8Array
}

/** Packs messages into batches of the partitions of their keys; undefined if there is no partition. */
export function packedByPartition<Partition> (messages: readonly OutgoingMessage[], partitions: readonly Partition[]): PackedBatch<Partition>[] | undefined {
  const packed: PackedBatch<Partition>[] = []

  for (const [target, own] of Map.groupBy(messages, ({ key }) => partitions[partitionOf(key, partitions.length)])) {
    if (target === undefined) {
      return undefined
    }
    packed.push(...inBatches(own).map(batch => ({ target, count: batch.length, payload: packBatch(batch) })))
  }

  return packed
}
