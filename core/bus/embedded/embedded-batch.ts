// How the embedded log stores messages: those of one publish that go to one partition are compressed
// together, since messages of one kind are alike: a quarter of their size, where one alone takes half.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { ProbeError } from '../../errors.ts'
import { partitionOf } from '../port/partition-of.ts'
import type { OutgoingMessage } from '../port/event-bus.ts'

/** Bytes that a batch holds before it is compressed, unless one message alone is larger: a reader that wants one message unpacks them all. */
const MAX_BATCH_BYTES = 262_144

// One message of the largest size, with its key and headers, and room to spare: nothing in a file of ours is larger.
const MAX_UNPACKED_BYTES = 8 * 1_048_576

const INDEX_LENGTH_BYTES = 4
const LEVEL = 3

/** Messages in groups that become one batch each. */
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

/** Messages as batches of the partitions that their keys choose; undefined where there is no partition. */
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
