import { peerFault } from '../../peer/peer-fault.ts'

const MIN_CAPACITY = 256
const MAX_IDLE_CAPACITY = 16 * 1024
const EMPTY = new Uint8Array(0)

/**
 * Bytes that arrived and do not make a whole unit yet.
 *
 * A layer joins each chunk to what is left, parses what is whole, and says how much it used.
 * Nothing is copied while chunks hold whole units; where they do not, storage doubles, so that
 * a remote that sends single bytes costs linear time. `join` returns a view that the next call
 * may overwrite: whoever keeps a part of it copies that part.
 */
export class ReceiveBuffer {
  readonly #limit: number
  #storage: Uint8Array = EMPTY
  #start = 0
  #end = 0
  #view: Uint8Array = EMPTY

  /** @param limit most bytes that may wait for the rest of their unit. */
  constructor (limit: number) {
    this.#limit = limit
  }

  /** Bytes that wait. */
  get length (): number {
    return this.#end - this.#start
  }

  /** What waits, followed by `chunk`. Call {@link consume} before the next `join`. */
  join (chunk: Uint8Array): Uint8Array {
    if (this.length === 0) {
      this.#view = chunk
    } else {
      this.#append(chunk)
      this.#view = this.#storage.subarray(this.#start, this.#end)
    }

    return this.#view
  }

  /** Drops the first `used` bytes of the joined view and keeps the rest. Throws PP_PEER_FAULT over the limit. */
  consume (used: number): void {
    const rest = this.#view.length - used

    if (rest > this.#limit) {
      throw peerFault('limit-exceeded', 'a unit is larger than its layer allows')
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

  /** Compacts where that frees half of the storage, else doubles: either way each byte moves a bounded number of times. */
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
