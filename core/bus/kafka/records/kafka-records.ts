// The records of a batch, from its decompressed bytes (format 2: kafka.apache.org/documentation/#record). kafkajs
// copies all headers of a record for each further one: a message with many of them, which anybody who may write
// to the topic can send, would hold the process for hours.
import type { RecordBatchEntry } from 'kafkajs'

/** What kafkajs wants to know of the batch of a record, to leave out aborted transactions. */
interface BatchContext {
  producerId: string
  inTransaction: boolean
}

/** A record as kafkajs takes it. */
export interface BatchRecord extends RecordBatchEntry {
  isControlRecord: boolean
  batchContext: Partial<BatchContext>

  /** Why it stands for a batch that cannot be read. */
  unreadable?: string
}

/** What all records of a batch have in common. */
export interface RecordsShape {
  count: number
  firstOffset: number
  firstTimestampMs: number

  /** When the broker took them, where the topic has its time instead of the producer's. */
  appendedMs: number | undefined

  isControl: boolean
  context: BatchContext
}

const MAX_VARINT_BYTES = 10

/** Reads the records of a batch. @throws RangeError where the bytes end before the last record does */
export function decodeRecords (bytes: Buffer, shape: RecordsShape): BatchRecord[] {
  const reader = new Reader(bytes)
  const records: BatchRecord[] = []

  for (let i = 0; i < shape.count; i++) {
    const end = reader.varint() + reader.at
    records.push(decodeRecord(reader, shape))

    if (reader.at > end) {
      throw new RangeError('a record is longer than it says')
    }

    reader.at = end
  }

  return records
}

function decodeRecord (reader: Reader, { firstOffset, firstTimestampMs, appendedMs, isControl, context }: RecordsShape): BatchRecord {
  const attributes = reader.byte()
  const timestampMs = firstTimestampMs + reader.varint()
  const offset = firstOffset + reader.varint()
  const key = reader.bytes()
  const value = reader.bytes()

  return {
    attributes,
    timestamp: String(appendedMs ?? timestampMs),
    offset: String(offset),
    key,
    value,
    headers: decodeHeaders(reader),
    isControlRecord: isControl,
    batchContext: context
  }
}

// Of a header that is there several times the last one counts, as with Kafka's `lastHeader`.
function decodeHeaders (reader: Reader): Record<string, Buffer> {
  const headers = Object.create(null) as Record<string, Buffer>

  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.bytes()?.toString() ?? ''
    headers[name] = reader.bytes() ?? Buffer.alloc(0)
  }

  return headers
}

class Reader {
  readonly #bytes: Buffer
  at = 0

  constructor (bytes: Buffer) {
    this.#bytes = bytes
  }

  byte (): number {
    return this.#bytes.readUInt8(this.at++)
  }

  /** A number in zigzag form. One beyond 2^53 is not exact: no offset or time of a real log is. */
  varint (): number {
    let raw = 0

    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte()
      raw += (byte & 0x7f) * 2 ** (7 * i)

      if (byte < 0x80) {
        return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
      }
    }

    throw new RangeError('a number in a record does not end')
  }

  bytes (): Buffer | null {
    const length = this.varint()

    if (length < 0) {
      return null
    }

    const start = this.at
    this.at += length

    if (this.at > this.#bytes.length) {
      throw new RangeError('a record is cut off')
    }

    return this.#bytes.subarray(start, this.at)
  }
}
