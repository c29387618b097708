import { NotFoundError } from '@libp2p/interface'
import { BaseDatastore } from 'datastore-core'
import type { Key, KeyQuery, Pair, Query } from 'interface-datastore'

/** Settings of {@link BoundedDatastore}. */
export interface BoundedDatastoreOptions {
  /** Entries kept at most; the oldest go first. */
  maxEntries: number

  /** Bytes of all values at most; the oldest go first. */
  maxBytes: number

  /** Bytes of one value at most; a larger one is not kept. */
  maxValueBytes: number
}

// Under these libp2p keeps peers, which it forgets by itself.
const PEERS = '/peers/'

/**
 * A store in memory for a node that serves a DHT: strangers put records and provider entries into it, and there is never
 * a need to keep more of them than fit.
 */
export class BoundedDatastore extends BaseDatastore {
  readonly #options: BoundedDatastoreOptions

  // In the order in which they came.
  readonly #entries = new Map<string, { key: Key, value: Uint8Array }>()
  readonly #peers = new Map<string, { key: Key, value: Uint8Array }>()
  #bytes = 0

  constructor (options: BoundedDatastoreOptions) {
    super()
    this.#options = options
  }

  /** Entries of strangers. */
  get size (): number {
    return this.#entries.size
  }

  override put (key: Key, value: Uint8Array): Key {
    const name = key.toString()

    if (name.startsWith(PEERS)) {
      this.#peers.set(name, { key, value })
      return key
    }

    this.#remove(name)

    if (value.byteLength <= this.#options.maxValueBytes) {
      this.#entries.set(name, { key, value })
      this.#bytes += value.byteLength
      this.#shrink()
    }

    return key
  }

  override get (key: Key): Uint8Array {
    const entry = this.#mapOf(key).get(key.toString())

    if (entry === undefined) {
      throw new NotFoundError('no such entry')
    }

    return entry.value
  }

  override has (key: Key): boolean {
    return this.#mapOf(key).has(key.toString())
  }

  override delete (key: Key): void {
    if (!this.#peers.delete(key.toString())) {
      this.#remove(key.toString())
    }
  }

  override async* _all ({ prefix = '' }: Query): AsyncGenerator<Pair> {
    for (const entry of this.#under(prefix)) {
      yield await Promise.resolve(entry)
    }
  }

  override async* _allKeys ({ prefix = '' }: KeyQuery): AsyncGenerator<Key> {
    for (const { key } of this.#under(prefix)) {
      yield await Promise.resolve(key)
    }
  }

  #mapOf (key: Key): Map<string, { key: Key, value: Uint8Array }> {
    return key.toString().startsWith(PEERS) ? this.#peers : this.#entries
  }

  #under (prefix: string): { key: Key, value: Uint8Array }[] {
    return [...this.#peers, ...this.#entries].filter(([name]) => name.startsWith(prefix)).map(([, entry]) => entry)
  }

  #remove (name: string): void {
    const entry = this.#entries.get(name)

    if (entry !== undefined) {
      this.#entries.delete(name)
      this.#bytes -= entry.value.byteLength
    }
  }

  #shrink (): void {
    const { maxEntries, maxBytes } = this.#options

    for (const name of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) {
        return
      }
      this.#remove(name)
    }
  }
}
