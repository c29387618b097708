import { peerFault } from '../../peer/peer-fault.ts'

const INITIAL_CAPACITY = 512
const EMPTY = new Uint8Array(0)

/**
 * Plain bytes that wait to be sealed and written together.
 *
 * Frames write their header in place, so that a frame costs no allocation of its own.
 */
export class SendBuffer {
  readonly #limit: number
  readonly #onWaiting: () => void
  #storage: Uint8Array = EMPTY
  #length = 0

  /**
   * @param limit most bytes that may wait; more means a remote that makes us write without end.
   * @param onWaiting called when the first bytes wait.
   */
  constructor (limit: number, onWaiting: () => void) {
    this.#limit = limit
    this.#onWaiting = onWaiting
  }

  /** Bytes that wait. */
  get length (): number {
    return this.#length
  }

  /** Appends `bytes`. Throws PP_PEER_FAULT over the limit. */
  append (bytes: Uint8Array): void {
    const at = this.reserve(bytes.length) // may replace the storage
    this.#storage.set(bytes, at)
  }

  /** Makes `size` more bytes part of the buffer and returns where they start in {@link storage}. */
  reserve (size: number): number {
    const at = this.#length
    const length = at + size

    if (length > this.#limit) {
      throw peerFault('limit-exceeded', 'the remote makes us send more than we may')
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

  /** What {@link reserve} points into; replaced when the buffer grows. */
  get storage (): Uint8Array {
    return this.#storage
  }

  /** Everything that waits, as a view that the next append overwrites. Empties the buffer. */
  take (): Uint8Array {
    const taken = this.#storage.subarray(0, this.#length)
    this.#length = 0

    return taken
  }
}
