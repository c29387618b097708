// A remote chooses how it cuts its bytes and what length it announces: the buffer doubles with
// what did arrive, so that neither single bytes nor a large promise cost more than was sent.
import { concatBytes } from './bytes.ts'
import { encodeVarint, MALFORMED, readVarint, TRUNCATED } from './varint.ts'

/** A message with its length before it, as libp2p frames them on a stream. */
export function frame (message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([encodeVarint(message.length), message])
}

/** Cuts a stream of chunks into the length-prefixed messages it carries. */
export class FrameReader {
  /** Whether a length was no number or passed the limit: nothing more can be read. */
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

  /** The next whole message, a view that stays valid; undefined until more arrives, and for good once malformed. */
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

  /** Everything that is unread, a view: what follows the last message where the stream goes on in another way. */
  rest (): Uint8Array {
    return this.#buffer.subarray(this.position, this.#length)
  }

  /** Makes room behind what is unread, in a new array: views handed out stay as they are. A caller's chunk is full, so that nothing is written to it. */
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
