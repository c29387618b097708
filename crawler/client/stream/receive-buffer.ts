import { peerFault } from '../../peer/peer-fault.ts'

const MIN_CAPACITY = 256
const MAX_IDLE_CAPACITY = 16 * 1024
const EMPTY = new Uint8Array(0)

/**
 * Received bytes that are not a complete unit yet.
 *
 * A layer joins each chunk to the remaining bytes, parses the complete units, and reports how much it used. Nothing
 * is copied while chunks contain complete units. Otherwise the storage doubles, so that single-byte chunks still cost
 * linear time. `join` returns a view that the next call may overwrite: copy what you keep.
 */
export class ReceiveBuffer {
  readonly #limit: number
  #storage: Uint8Array = EMPTY
  #start = 0
  #end = 0
  #view: Uint8Array = EMPTY

  /** @param limit most bytes of an incomplete unit */
  constructor (limit: number) {
    this.#limit = limit
  }

  /** Number of buffered bytes. */
  get length (): number {
    return this.#end - this.#start
  }

  /** The buffered bytes followed by `chunk`. Call {@link consume} before the next `join`. */
  join (chunk: Uint8Array): Uint8Array {
    if (this.length === 0) {
      this.#view = chunk
    } else {
      this.#append(chunk)
      this.#view = this.#storage.subarray(this.#start, this.#end)
    }

    return this.#view
  }

  /** Drops the first `used` bytes of the joined view and keeps the rest. Throws PP_PEER_FAULT if the rest is above the limit. */
  consume (used: number): void {
    const rest = this.#view.length - used

    if (rest > this.#limit) {
      throw peerFault('limit-exceeded', 'a protocol unit is larger than allowed')
    }

    if (this.length > 0) {
      this.#start += used
    } else if (rest > 0) {
      this.#append(this.#view.subarray(used))
    }

    this.#view = EMPTY

    if (this.length === 0) {
      this.#start = this.#end = 0
      this.#storage = this.#storage.length > MAX_IDLE_CAPACITY ? EMPTY : this.#storage
    }
  }

  #append (chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#storage.length) {
      this.#makeRoom(this.length + chunk.length)
    }

    this.#storage.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** Compacts if that frees half of the storage, otherwise doubles it: either way each byte is moved a bounded number of times. */
  #makeRoom (needed: number): void {
    if (needed * 2 <= this.#storage.length) {
      this.#storage.copyWithin(0, this.#start, this.#end)
    } else {
      const larger = new Uint8Array(Math.max(MIN_CAPACITY, needed * 2))
      larger.set(this.#storage.subarray(this.#start, this.#end))
      this.#storage = larger
    }

    this.#end -= this.#start
    this.#start = 0
  }
}
