import { BoundedCache } from '../../../core/limits/bounded-cache.ts'
import { addressKeys } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'

/** The rate of a token bucket. */
interface Rate {
  /** Capacity: units available at first and after a pause. */
  burst: number

  /** Units added per second. */
  perSecond: number
}

/** Rates of one kind of cost, for each owner of a bucket. */
export interface SharedRates {
  /** Of one peer or connection. */
  own: Rate

  /** Of one IP address, for all its peer ids together. */
  ip: Rate

  /** Of one /24 (IPv4) or /64 (IPv6). */
  subnet: Rate

  /** Of all remotes together. */
  all: Rate
}

interface Bucket { left: number, atMs: number }

// Buckets kept of one kind: more than there are connections.
const REMEMBERED = 10_000

const SECOND = 1_000

/**
 * Limits the cost of remote peers, counted for a peer, its IP address, its subnet and in total. Peer ids are free, so
 * a bucket per peer alone would not bound anything.
 */
export class SharedBuckets {
  readonly #clock: Clock
  readonly #rates: SharedRates
  readonly #buckets: Record<keyof SharedRates, BoundedCache<Bucket>>

  constructor (clock: Clock, rates: SharedRates) {
    this.#clock = clock
    this.#rates = rates
    this.#buckets = { own: new BoundedCache(REMEMBERED), ip: new BoundedCache(REMEMBERED), subnet: new BoundedCache(REMEMBERED), all: new BoundedCache(1) }
  }

  /**
   * Takes units from the four buckets; from none of them if one has too few.
   *
   * @param own a peer or connection
   * @param ip its address; if undefined, only its own bucket and the total count
   */
  take (own: string, ip: Uint8Array | undefined, units = 1): boolean {
    const [ipKey, subnetKey] = ip === undefined ? [undefined, undefined] : addressKeys(ip)
    const keys: readonly (readonly [keyof SharedRates, string | undefined])[] = [['own', own], ['ip', ipKey], ['subnet', subnetKey], ['all', '']]
    const buckets = keys.flatMap(([kind, key]) => key === undefined ? [] : [this.#filled(kind, key)])
    const isAllowed = buckets.every(({ left }) => left >= units)

    for (const bucket of isAllowed ? buckets : []) {
      bucket.left -= units
    }

    return isAllowed
  }

  #filled (kind: keyof SharedRates, key: string): Bucket {
    const now = this.#clock.monotonic()
    const { burst, perSecond } = this.#rates[kind]
    const bucket = this.#buckets[kind].get(key) ?? { left: burst, atMs: now }
    bucket.left = Math.min(burst, bucket.left + (now - bucket.atMs) / SECOND * perSecond)
    bucket.atMs = now
    this.#buckets[kind].set(key, bucket)

    return bucket
  }
}
