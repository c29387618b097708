const COMPACT_FROM = 1_024

/** A queue with constant cost at both ends, unlike `shift` of an array. */
export class Fifo<T> {
  #items: T[] = []
  #head = 0

  push (item: T): void {
    this.#items.push(item)
  }

  shift (): T | undefined {
    if (this.#head >= this.#items.length) {
      return undefined
    }

    const item = this.#items[this.#head++]

    if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }

    return item
  }
}
