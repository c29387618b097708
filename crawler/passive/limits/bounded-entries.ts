import type { Key, Pair } from 'interface-datastore'

/** Settings of {@link BoundedEntries}. */
export interface BoundedEntriesOptions {
  /** Most entries; the oldest are evicted first. */
  maxEntries: number

  /** Most bytes of all values; the oldest are evicted first. */
  maxBytes: number

  /** Most bytes of one value; a larger value is not kept. */
  maxValueBytes: number
}

// Most entries in one folder of this depth or more, such as /dht/provider/<block>; the oldest are evicted first. An
// attacker can fill such a folder with invented peer ids, and each query is answered with the whole folder.
const DEEP = 3
const MAX_DEEP = 64

/**
 * Bounded entries in the order of insertion, with an index by folder: the entries of a folder (the providers of a
 * block) are found without a scan of all entries.
 */
export class BoundedEntries {
  readonly #options: BoundedEntriesOptions
  readonly #entries = new Map<string, Pair>()

  // Names of entries by folder, and the number of non-empty subfolders of each folder.
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

  /** Entries whose names begin with `prefix`. Uses the index for a folder without subfolders, otherwise scans all entries. */
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
