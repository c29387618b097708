// The remote chooses the size of its chunks and the length that it announces. The buffer therefore grows by doubling,
// with the bytes that actually arrived: neither single-byte chunks nor a large announced length cost more than what
// was sent.
import { concatBytes } from './bytes.ts'
import { encodeVarint, MALFORMED, readVarint, TRUNCATED } from './varint.ts'

/** A message prefixed with its length, as libp2p frames messages on a stream. */
export function frame (message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([encodeVarint(message.length), message])
}

/** Splits a stream of chunks into length-prefixed messages. */
export class FrameReader {
  /** Whether a length was malformed or above the limit: nothing more can be read. */
  malformed = false

  /** Where the next message starts. */
  position = 0

  #length = 0
  #buffer: Uint8Array = new Uint8Array(0)
  readonly #maxBytes: number

  /** @param maxBytes largest message that is accepted */
  constructor (maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Adds bytes that arrived. */
  push (chunk: Uint8Array): void {
    if (this.position === this.#length) {
      this.#buffer = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)
      this.position = 0
      this.#length = chunk.length

      return
    }

    this.#reserve(chunk.length)
    this.#buffer.set(chunk, this.#length)
    this.#length += chunk.length
  }

  /** The next complete message, as a view that stays valid. Undefined until more bytes arrive, and always once malformed. */
  next (): Uint8Array | undefined {
    const start = this.position
    const size = this.malformed ? MALFORMED : readVarint(this.#buffer, this, this.#length)

    if (size === TRUNCATED) {
      return undefined
    }
    if (size === MALFORMED || size > this.#maxBytes) {
      this.malformed = true

      return undefined
    }
    if (size > this.#length - this.position) {
      this.position = start

      return undefined
    }

    this.position += size

    return this.#buffer.subarray(this.position - size, this.position)
  }

  /** All unread bytes, as a view: what follows the last message if the stream continues in another format. */
  rest (): Uint8Array {
    return this.#buffer.subarray(this.position, this.#length)
  }

  /**
   * Makes room behind the unread bytes, in a new array: views already handed out stay valid. A caller's chunk is
   * always full, so nothing is written to it.
   */
  #reserve (more: number): void {
    const unread = this.#buffer.subarray(this.position, this.#length)

    if (this.#length + more <= this.#buffer.length) {
      return
    }

    this.#buffer = new Uint8Array(2 * (unread.length + more))
    this.#buffer.set(unread)
    this.position = 0
    this.#length = unread.length
  }
}
