// Record batches as brokers keep them (format 2), byte for byte, with what a test makes wrong in them.
import { createRequire } from 'node:module'

interface Encoded { buffer: Buffer }

const require = createRequire(import.meta.url)
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (buffer: Buffer) => number

/** What a batch is made of. */
export interface BatchShape {
  /** @default 0 */
  firstOffset?: number

  /** Values of its records. */
  values: readonly string[]

  /** The last offset less the first one, where compaction left fewer records than that. @default what the records need */
  lastOffsetDelta?: number

  /** @default 0, no compression */
  codec?: number

  compress?: (records: Buffer) => Buffer
}

/** The bytes of a batch. */
export function recordBatch ({ firstOffset = 0, values, lastOffsetDelta = values.length - 1, codec = 0, compress = records => records }: BatchShape): Buffer {
  const records = compress(Buffer.concat(values.map((value, offsetDelta) => encodeRecord({ offsetDelta, key: Buffer.from('key'), value: Buffer.from(value), headers: { h: 'x' } }).buffer)))
  const header = Buffer.alloc(61)
  header.writeBigInt64BE(BigInt(firstOffset), 0)
  header.writeInt32BE(49 + records.length, 8)
  header.writeInt8(2, 16)
  header.writeInt16BE(codec, 21)
  header.writeInt32BE(lastOffsetDelta, 23)
  header.writeBigInt64BE(1_700_000_000_000n, 27)
  header.writeBigInt64BE(1_700_000_000_000n, 35)
  header.writeBigInt64BE(-1n, 43)
  header.writeInt16BE(-1, 51)
  header.writeInt32BE(-1, 53)
  header.writeInt32BE(values.length, 57)
  const batch = Buffer.concat([header, records])
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)

  return batch
}
