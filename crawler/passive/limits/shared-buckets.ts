import { BoundedCache } from '../../../core/limits/bounded-cache.ts'
import { addressKeys } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'

/** A bucket that fills by the second. */
interface Rate {
  /** Units that are there at first, and after a pause. */
  burst: number

  /** Units that come each second. */
  perSecond: number
}

/** Rates of one kind of cost. */
export interface SharedRates {
  /** Of one peer or connection. */
  own: Rate

  /** Of one IP address, whatever identities come from it. */
  ip: Rate

  /** Of one /24 (IPv4) or /64 (IPv6). */
  subnet: Rate

  /** Of everybody. */
  all: Rate
}

interface Bucket { left: number, atMs: number }

// Buckets of one kind that are remembered: more than there are connections.
const REMEMBERED = 10_000

const SECOND = 1_000

/**
 * What strangers may cost, counted for a peer, its IP address, its subnet and all together: identities cost nothing to
 * make, so that a bucket for each of them alone bounds nothing.
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
   * Takes units from the four buckets; from none of them where one has too little.
   *
   * @param own a peer or connection
   * @param ip its address; undefined where it has none: then it counts for itself and all
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
