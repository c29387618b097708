// Decodes the batches of a fetch, instead of kafkajs's decoder (2.2.4, pinned), which
// - ignores the last offset of a batch. Where compaction removed the last records of a batch, its reader requests the
//   same batch forever. Here each batch ends with a control record, which kafkajs skips, at its last offset.
// - is slow, and hangs on a message with many headers (kafka-records.ts).
// - checks no checksum, treats an unknown compression as none, and fails with arbitrary errors, as if the broker were
//   unreachable. Here such a batch becomes one marked record, so that messages before it are read first.
// - does not deliver batches without messages. Here the handler gets them and commits their end.
import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { errorText } from '../../../errors.ts'
import { decodeRecords } from './kafka-records.ts'
import type { BatchRecord } from './kafka-records.ts'
import type { KafkaMessage } from 'kafkajs'

interface Decoder { readInt32: () => number, canReadBytes: (count: number) => boolean, readBytes: (count: number) => Buffer }
interface Codec { decompress: (bytes: Buffer) => Promise<Buffer> }
interface FetchedBatch { rawMessages: readonly unknown[], isEmpty: () => boolean, isEmptyDueToFiltering: () => boolean }

const require = createRequire(import.meta.url)
const DECODE_PATH = require.resolve('kafkajs/src/protocol/requests/fetch/v4/decodeMessages')
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => Decoder
const decodeOldFormat = require('kafkajs/src/protocol/messageSet/decoder') as (decoder: Decoder, size: number) => Promise<BatchRecord[]>
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (buffer: Buffer) => number
const Batch = require('kafkajs/src/consumer/batch') as { prototype: FetchedBatch }

// Offsets of a batch's fields: kafka.apache.org/documentation/#recordbatch
const AT_LENGTH = 8
const AT_MAGIC = 16
const AT_CHECKSUM = 17
const AT_ATTRIBUTES = 21
const AT_LAST_OFFSET_DELTA = 23
const AT_FIRST_TIMESTAMP = 27
const AT_MAX_TIMESTAMP = 35
const AT_PRODUCER_ID = 43
const AT_COUNT = 57
const HEADER_BYTES = 61
const BEFORE_LENGTH = 12
const MAGIC = 2
const CODEC_MASK = 7
const APPEND_TIME_FLAG = 8
const TRANSACTION_FLAG = 16
const CONTROL_FLAG = 32
const CODECS: readonly string[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

const codecs = kafkajs.CompressionCodecs as Readonly<Record<number, () => Codec>>

/** Replaces the decoder in kafkajs. Idempotent. */
export function mendBatches (): void {
  require(DECODE_PATH)
  const module = require.cache[DECODE_PATH]

  if (module !== undefined) {
    module.exports = decodeMessages
  }

  Batch.prototype.isEmptyDueToFiltering = () => false
  Batch.prototype.isEmpty = function (this: FetchedBatch) {
    return this.rawMessages.length === 0
  }
}

/** Why a message of kafkajs marks an unreadable batch; undefined for every other message. */
export function unreadableReason (message: KafkaMessage): string | undefined {
  return (message as Partial<BatchRecord>).unreadable
}

/** Reads the records of a partition from a fetch response. */
export async function decodeMessages (decoder: Decoder): Promise<BatchRecord[]> {
  const size = decoder.readInt32()

  if (size <= 0 || !decoder.canReadBytes(size)) {
    return []
  }

  const bytes = decoder.readBytes(size)

  return bytes[AT_MAGIC] === MAGIC ? await decodeAll(bytes) : await decodeOldFormat(new KafkaDecoder(bytes), size)
}

async function decodeAll (bytes: Buffer): Promise<BatchRecord[]> {
  const records: BatchRecord[] = []

  // The last batch may be incomplete: brokers cut a response at the size limit.
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + BEFORE_LENGTH + bytes.readInt32BE(at + AT_LENGTH)

    if (end > bytes.length || end < at + HEADER_BYTES) {
      break
    }

    const found = await decodeOne(bytes.subarray(at, end))
    found.forEach(record => records.push(record))

    if (found.at(-1)?.unreadable !== undefined) {
      break
    }

    at = end
  }

  return records
}

async function decodeOne (batch: Buffer): Promise<BatchRecord[]> {
  const first = batch.readBigInt64BE(0)
  const last = first + BigInt(batch.readInt32BE(AT_LAST_OFFSET_DELTA))
  const attributes = batch.readInt16BE(AT_ATTRIBUTES)
  const codec = attributes & CODEC_MASK

  if (crc32c(batch.subarray(AT_ATTRIBUTES)) !== batch.readUInt32BE(AT_CHECKSUM)) {
    return [unreadableRecord(first, 'its checksum is wrong')]
  }
  if (CODECS[codec] === undefined) {
    return [unreadableRecord(first, `its compression is unknown (${String(codec)})`)]
  }

  try {
    const records = decodeRecords(await bodyOf(batch, codec), {
      count: batch.readInt32BE(AT_COUNT),
      firstOffset: Number(first),
      firstTimestampMs: Number(batch.readBigInt64BE(AT_FIRST_TIMESTAMP)),
      appendedMs: (attributes & APPEND_TIME_FLAG) === 0 ? undefined : Number(batch.readBigInt64BE(AT_MAX_TIMESTAMP)),
      isControl: (attributes & CONTROL_FLAG) !== 0,
      context: { producerId: String(batch.readBigInt64BE(AT_PRODUCER_ID)), inTransaction: (attributes & TRANSACTION_FLAG) !== 0 }
    })

    return records.at(-1)?.offset === String(last) ? records : [...records, endRecord(last)]
  } catch (err) {
    return [unreadableRecord(first, `it cannot be decoded (compression ${CODECS[codec]}): ${errorText(err)}`)]
  }
}

async function bodyOf (batch: Buffer, codec: number): Promise<Buffer> {
  const bytes = batch.subarray(HEADER_BYTES)

  // A batch that compaction emptied keeps its compression.
  return codec === 0 || bytes.length === 0 ? bytes : await codecs[codec]?.().decompress(bytes) ?? bytes
}

function endRecord (offset: bigint): BatchRecord {
  return { offset: String(offset), key: null, value: null, timestamp: '0', attributes: 0, headers: {}, isControlRecord: true, batchContext: {} }
}

// Its offset is the largest possible: kafkajs drops records before the requested offset, and the batch may begin
// before it. The offsets in the batch may be wrong as well.
function unreadableRecord (first: bigint, reason: string): BatchRecord {
  return { ...endRecord(BigInt(Number.MAX_SAFE_INTEGER)), isControlRecord: false, unreadable: `the batch that begins at offset ${String(first)}: ${reason}` }
}
