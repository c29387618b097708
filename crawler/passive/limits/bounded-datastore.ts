import { NotFoundError } from '@libp2p/interface'
import { BaseDatastore } from 'datastore-core'
import { BoundedEntries } from './bounded-entries.ts'
import type { BoundedEntriesOptions } from './bounded-entries.ts'
import type { Key, KeyQuery, Pair, Query } from 'interface-datastore'

// Prefix of libp2p's peer records.
const PEERS = '/peers/'

/**
 * An in-memory datastore for a node that serves a DHT. Remote peers put records and provider entries into it; beyond
 * the limits the oldest are evicted. Peer records have separate limits, so that DHT entries cannot evict them.
 */
export class BoundedDatastore extends BaseDatastore {
  readonly #entries: BoundedEntries
  readonly #peers: BoundedEntries

  constructor (options: BoundedEntriesOptions) {
    super()
    this.#entries = new BoundedEntries(options)
    this.#peers = new BoundedEntries(options)
  }

  /** Number of DHT entries. */
  get size (): number {
    return this.#entries.size
  }

  /** Number of peer records. */
  get peers (): number {
    return this.#peers.size
  }

  override put (key: Key, value: Uint8Array): Key {
    this.#of(key).put(key, value)

    return key
  }

  override get (key: Key): Uint8Array {
    const value = this.#of(key).get(key.toString())

    if (value === undefined) {
      throw new NotFoundError('no such entry')
    }

    return value
  }

  override has (key: Key): boolean {
    return this.#of(key).get(key.toString()) !== undefined
  }

  override delete (key: Key): void {
    this.#of(key).remove(key.toString())
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

  #of (key: Key): BoundedEntries {
    return key.toString().startsWith(PEERS) ? this.#peers : this.#entries
  }

  * #under (prefix: string): Generator<Pair> {
    yield* this.#peers.under(prefix)
    yield* this.#entries.under(prefix)
  }
}
