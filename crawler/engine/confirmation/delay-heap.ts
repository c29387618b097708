/** Items by the time when each is due; the earliest first. A binary heap: adding and taking cost the logarithm of its size. */
export class DelayHeap<T> {
  readonly #items: { dueMs: number, item: T }[] = []

  get size (): number {
    return this.#items.length
  }

  /** The item that is due first; undefined if it is due after `nowMs`, or if there is none. */
  firstDue (nowMs: number): T | undefined {
    const first = this.#items[0]

    return first === undefined || first.dueMs > nowMs ? undefined : first.item
  }

  /** Adds an item. @param dueMs on the clock that `firstDue` is asked by */
  add (item: T, dueMs: number): void {
    const items = this.#items
    const added = { dueMs, item }
    let at = items.push(added) - 1

    for (let parent = (at - 1) >> 1; at > 0 && dueMs < this.#dueMs(parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Removes the item that is due first. */
  removeFirst (): void {
    this.#swap(0, this.#items.length - 1)
    this.#items.pop()

    for (let at = 0, child = this.#earlierChild(at); this.#dueMs(child) < this.#dueMs(at); child = this.#earlierChild(at)) {
      this.#swap(at, child)
      at = child
    }
  }

  #earlierChild (at: number): number {
    const left = 2 * at + 1

    return this.#dueMs(left + 1) < this.#dueMs(left) ? left + 1 : left
  }

  #dueMs (at: number): number {
    return this.#items[at]?.dueMs ?? Infinity
  }

  #swap (a: number, b: number): void {
    const [first, second] = [this.#items[a], this.#items[b]]

    if (first !== undefined && second !== undefined) {
      this.#items[a] = second
      this.#items[b] = first
    }
  }
}
