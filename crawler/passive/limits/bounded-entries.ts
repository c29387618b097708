import type { Key, Pair } from 'interface-datastore'

/** Settings of {@link BoundedEntries}. */
export interface BoundedEntriesOptions {
  /** Entries kept at most; the oldest go first. */
  maxEntries: number

  /** Bytes of all values at most; the oldest go first. */
  maxBytes: number

  /** Bytes of one value at most; a larger one is not kept. */
  maxValueBytes: number
}

// Entries in one folder of this depth or more, such as /dht/provider/<block>; the oldest go first. A stranger fills it with
// the peer ids that he makes, and each question for it is answered with all.
const DEEP = 3
const MAX_DEEP = 64

/**
 * Entries in the order in which they came, bounded, with an index by folder: what is in one (the providers of a block) is
 * found without a look at the others, however many there are.
 */
export class BoundedEntries {
  readonly #options: BoundedEntriesOptions
  readonly #entries = new Map<string, Pair>()

  // Names of entries by the folder that they are in, and how many such folders each folder has.
  readonly #folders = new Map<string, Set<string>>()
  readonly #parents = new Map<string, number>()
  #bytes = 0

  constructor (options: BoundedEntriesOptions) {
    this.#options = options
  }

  get size (): number {
    return this.#entries.size
  }

  get (name: string): Uint8Array | undefined {
    return this.#entries.get(name)?.value
  }

  put (key: Key, value: Uint8Array): void {
    const name = key.toString()
    this.remove(name)

    if (value.byteLength > this.#options.maxValueBytes) {
      return
    }

    this.#entries.set(name, { key, value })
    this.#bytes += value.byteLength
    this.#index(name)
    this.#shrink()
  }

  remove (name: string): void {
    const entry = this.#entries.get(name)

    if (entry !== undefined) {
      this.#entries.delete(name)
      this.#bytes -= entry.value.byteLength
      this.#unindex(name)
    }
  }

  /** Entries whose names begin with `prefix`: by the index where that is a folder with entries or none, by a look at all otherwise. */
  * under (prefix: string): Generator<Pair> {
    const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
    const isAbove = this.#parents.has(folder) || depthOf(folder) === 0

    for (const name of isAbove ? this.#entries.keys() : this.#folders.get(folder) ?? []) {
      const entry = this.#entries.get(name)

      if (entry !== undefined && name.startsWith(prefix)) {
        yield entry
      }
    }
  }

  #index (name: string): void {
    const folder = folderOf(name)
    const names = this.#folders.get(folder)

    if (names === undefined) {
      const parent = folderOf(folder)
      this.#folders.set(folder, new Set([name]))
      this.#parents.set(parent, (this.#parents.get(parent) ?? 0) + 1)
      return
    }

    names.add(name)
    const [oldest] = names

    if (oldest !== undefined && names.size > MAX_DEEP && depthOf(folder) >= DEEP) {
      this.remove(oldest)
    }
  }

  #unindex (name: string): void {
    const folder = folderOf(name)
    const names = this.#folders.get(folder)
    names?.delete(name)

    if (names?.size === 0) {
      const parent = folderOf(folder)
      const left = (this.#parents.get(parent) ?? 0) - 1
      this.#folders.delete(folder)

      if (left > 0) {
        this.#parents.set(parent, left)
      } else {
        this.#parents.delete(parent)
      }
    }
  }

  #shrink (): void {
    const { maxEntries, maxBytes } = this.#options

    for (const name of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) {
        return
      }
      this.remove(name)
    }
  }
}

function folderOf (name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}

function depthOf (folder: string): number {
  return folder.split('/').length - 1
}
