/** Sets of positions that are joined two by two (union by size, paths halved). */
export class Components {
  readonly #parents: Uint32Array
  readonly #sizes: Uint32Array

  /** @param count number of positions, each in a set of its own */
  constructor (count: number) {
    this.#parents = Uint32Array.from({ length: count }, (_, i) => i)
    this.#sizes = new Uint32Array(count).fill(1)
  }

  /** Joins the sets of two positions. */
  join (a: number, b: number): void {
    const [one, other] = [this.#rootOf(a), this.#rootOf(b)]

    if (one !== other) {
      const [large, small] = this.#sizeAt(one) >= this.#sizeAt(other) ? [one, other] : [other, one]
      this.#parents[small] = large
      this.#sizes[large] = this.#sizeAt(large) + this.#sizeAt(small)
    }
  }

  /** Number of positions in the set of a position. */
  sizeOf (position: number): number {
    return this.#sizeAt(this.#rootOf(position))
  }

  /** Whether a position stands for its set: exactly one of each set does. */
  isRoot (position: number): boolean {
    return this.#rootOf(position) === position
  }

  #sizeAt (root: number): number {
    return this.#sizes[root] ?? 0
  }

  #rootOf (position: number): number {
    let at = position

    for (let parent = this.#parents[at] ?? at; parent !== at; parent = this.#parents[at] ?? at) {
      const above = this.#parents[parent] ?? parent
      this.#parents[at] = above
      at = above
    }

    return at
  }
}
