/**
 * A map that forgets entries that were not used for long. Entries live in two generations; when the young
 * generation is full it becomes the old one, and the old one is dropped. It has at most twice `limit` entries
 * and costs two look-ups, without the bookkeeping of an exact order.
 */
export class BoundedCache<Value> {
  readonly #limit: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor (limit: number) {
    this.#limit = limit
  }

  /** Number of entries in both generations. */
  get size (): number {
    return this.#young.size + this.#old.size
  }

  get (key: string): Value | undefined {
    const value = this.#young.get(key)

    if (value !== undefined) {
      return value
    }

    const old = this.#old.get(key)

    if (old !== undefined) {
      this.#old.delete(key)
      this.set(key, old)
    }

    return old
  }

  set (key: string, value: Value): void {
    if (this.#young.size >= this.#limit && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }

    this.#young.set(key, value)
  }

  clear (): void {
    this.#young.clear()
    this.#old.clear()
  }
}
