// These bytes come from hostile remotes, and a crawl reads a thousand messages a second. The reader therefore
// allocates nothing per field, copies nothing, and reports a malformed message by a flag, not by throwing.
import { concatBytes } from './bytes.ts'
import { encodeVarint, readUint64, readVarint } from './varint.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Walks the fields of one protobuf message. `next` moves to a field and past its value, so unknown fields cost nothing:
 *
 * ```ts
 * for (let field = reader.next(); field !== 0; field = reader.next()) { … }
 * if (reader.malformed) { … }
 * ```
 */
export class ProtobufReader {
  /** Whether the message is truncated or malformed. Fields read before that stay valid. */
  malformed = false

  /** First byte of the current value. */
  start = 0

  /** End of the current value, where the next field starts. */
  position: number

  /** The bytes that contain the message, and perhaps more around it. */
  readonly bytes: Uint8Array

  /** Where the message ends. */
  end: number

  #wireType = VARINT

  constructor (bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  /** Reads another message in the same bytes, or a part of this one. */
  enter (start: number, end: number): void {
    this.malformed = false
    this.position = start
    this.end = end
  }

  /** Number of the next field; 0 at the end or if malformed. */
  next (): number {
    if (this.malformed || this.position >= this.end) {
      return 0
    }

    const key = readVarint(this.bytes, this, this.end)
    const field = Math.floor(key / 8)

    if (key < 8 || field > 0x1fffffff || !this.#skipValue(key % 8)) {
      this.malformed = true

      return 0
    }

    return field
  }

  /** Whether the current value is length-delimited: bytes, text or a message. */
  get isBytes (): boolean {
    return this.#wireType === BYTES
  }

  /** The current value as a number; NaN when it is not a varint. */
  number (): number {
    return this.#wireType === VARINT ? readVarint(this.bytes, { position: this.start }, this.end) : Number.NaN
  }

  /** The current value as an exact 64-bit number; undefined when it is not a varint. */
  uint64 (): bigint | undefined {
    return this.#wireType === VARINT ? readUint64(this.bytes, this.start) : undefined
  }

  /** The current value: a view, not a copy. */
  view (): Uint8Array {
    return this.bytes.subarray(this.start, this.position)
  }

  /** The current value as text; bytes that are not UTF-8 become U+FFFD. */
  text (): string {
    return decoder.decode(this.view())
  }

  #skipValue (wireType: number): boolean {
    this.#wireType = wireType
    this.start = this.position

    switch (wireType) {
      case VARINT: return readVarint(this.bytes, this, this.end) >= 0
      case BYTES: return this.#skipBytes()
      case FIXED64: return this.#skip(8)
      case FIXED32: return this.#skip(4)
      default: return false
    }
  }

  #skipBytes (): boolean {
    const length = readVarint(this.bytes, this, this.end)
    this.start = this.position

    return length >= 0 && this.#skip(length)
  }

  #skip (length: number): boolean {
    if (length > this.end - this.position) {
      return false
    }

    this.position += length

    return true
  }
}

/** Builds one protobuf message, fields in the order of the calls. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []

  /** Adds a varint field. */
  number (field: number, value: number): this {
    this.#parts.push(encodeVarint(field * 8 + VARINT), encodeVarint(value))

    return this
  }

  /** Adds a length-delimited field. */
  bytes (field: number, value: Uint8Array): this {
    this.#parts.push(encodeVarint(field * 8 + BYTES), encodeVarint(value.length), value)

    return this
  }

  /** Adds a text field. */
  text (field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  /** The message. */
  finish (): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts)
  }
}
