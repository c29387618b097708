import { peerFault } from '../../peer/peer-fault.ts'

const INITIAL_CAPACITY = 512
const EMPTY = new Uint8Array(0)

/**
 * Plain bytes to be sealed and written together.
 *
 * Frame headers are written in place, so a frame costs no allocation.
 */
export class SendBuffer {
  readonly #limit: number
  readonly #onWaiting: () => void
  #storage: Uint8Array = EMPTY
  #length = 0

  /**
   * @param limit most buffered bytes; more means that the remote makes us send too much
   * @param onWaiting called when the buffer stops being empty
   */
  constructor (limit: number, onWaiting: () => void) {
    this.#limit = limit
    this.#onWaiting = onWaiting
  }

  /** Number of buffered bytes. */
  get length (): number {
    return this.#length
  }

  /** Appends `bytes`. Throws PP_PEER_FAULT over the limit. */
  append (bytes: Uint8Array): void {
    const at = this.reserve(bytes.length) // may replace the storage
    this.#storage.set(bytes, at)
  }

  /** Adds `size` bytes to the buffer and returns where they start in {@link storage}. */
  reserve (size: number): number {
    const at = this.#length
    const length = at + size

    if (length > this.#limit) {
      throw peerFault('limit-exceeded', 'the remote requests more data than allowed')
    }

    if (length > this.#storage.length) {
      const larger = new Uint8Array(Math.max(INITIAL_CAPACITY, length * 2))
      larger.set(this.#storage.subarray(0, at))
      this.#storage = larger
    }

    this.#length = length

    if (at === 0) {
      this.#onWaiting()
    }

    return at
  }

  /** The array that {@link reserve} refers to; replaced when the buffer grows. */
  get storage (): Uint8Array {
    return this.#storage
  }

  /** All buffered bytes, as a view that the next append overwrites. Empties the buffer. */
  take (): Uint8Array {
    const taken = this.#storage.subarray(0, this.#length)
    this.#length = 0

    return taken
  }
}
