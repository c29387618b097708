// Reads the records of a batch from its decompressed bytes (format 2: kafka.apache.org/documentation/#record). kafkajs
// copies all headers of a record for each further one: a message with many headers, which every producer of the topic
// can send, would block the process for hours.
import type { RecordBatchEntry } from 'kafkajs'

/** Properties of a record's batch by which kafkajs recognises aborted transactions. */
interface BatchContext {
  producerId: string
  inTransaction: boolean
}

/** A record in the form of kafkajs. */
export interface BatchRecord extends RecordBatchEntry {
  isControlRecord: boolean
  batchContext: Partial<BatchContext>

  /** Set on a record that marks an unreadable batch: the reason. */
  unreadable?: string
}

/** Common properties of a batch's records. */
export interface RecordsShape {
  count: number
  firstOffset: number
  firstTimestampMs: number

  /** Time at which the broker received them, where the topic uses that instead of the producer's time. */
  appendedMs: number | undefined

  isControl: boolean
  context: BatchContext
}

const MAX_VARINT_BYTES = 10

/** Reads the records of a batch. @throws RangeError when the bytes end before the last record */
export function decodeRecords (bytes: Buffer, shape: RecordsShape): BatchRecord[] {
  const reader = new Reader(bytes)
  const records: BatchRecord[] = []

  for (let i = 0; i < shape.count; i++) {
    const end = reader.varint() + reader.at
    records.push(decodeRecord(reader, shape))

    if (reader.at > end) {
      throw new RangeError('a record is longer than its length field')
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

// Of a repeated header the last value counts, as in Kafka's `lastHeader`.
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

  /** A zigzag number. It is inexact beyond 2^53, which no offset or time of a real log reaches. */
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
