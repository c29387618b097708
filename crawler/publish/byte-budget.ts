// Bounds the bytes that remote peers can make a crawl publish, and so make the bus and the database store. Keys and
// texts are free for an attacker, but IP addresses are not: each subnet therefore has a share, and all subnets
// together have a limit. Above it a visit is published in short form, without the peer's own data; far above it, it
// is only counted. The first peers of each subnet are published whole up to a higher limit, so that a flood from
// elsewhere does not suppress them.
import { readAddress } from '../address/address-reader.ts'
import { addressClassOf, embeddedIpv4 } from '../address/ip-class.ts'
import type { CompletedVisit } from '../engine/population/visit-sink.ts'

/** Most bytes that one crawl, or one window of passive sightings, publishes. */
export interface ByteLimits {
  /** Bytes of whole visits in one subnet: a /24 of IPv4 or a /48 of IPv6. Private ranges are exempt. */
  subnetBytes: number

  /** Bytes of whole visits that each subnet may still publish while the total is between `allBytes` and one and a half times that. */
  firstBytes: number

  /** Bytes of whole visits of all peers together. */
  allBytes: number

  /** The same for visits without a connection. */
  unreachedBytes: number

  /** Visits published in short form, of one subnet and of all together. */
  subnetShort: number
  allShort: number
}

const MIB = 1_048_576

/** Limits of a crawl. The largest known networks have 60,000 peers, of 2 to 6 kB each, and a few hundred in one subnet. */
export const CRAWL_BYTES: ByteLimits = {
  subnetBytes: 4 * MIB,
  firstBytes: MIB / 16,
  allBytes: 512 * MIB,
  unreachedBytes: 128 * MIB,
  subnetShort: 10_000,
  allShort: 100_000
}

/** Limits of a ten-minute window of a passive node. */
export const WINDOW_BYTES: ByteLimits = {
  subnetBytes: MIB,
  firstBytes: MIB / 16,
  allBytes: 64 * MIB,
  unreachedBytes: 4 * MIB,
  subnetShort: 1_000,
  allShort: 20_000
}

/** How a visit is published: `whole`, `short` (without lists and identify), or `none`. */
export type PublishedForm = 'whole' | 'short' | 'none'

interface Spent { bytes: number, short: number }

// Subnets kept; all others share one more budget.
const MAX_SUBNETS = 200_000
const OTHERS = 'others'

/** The budget of a scan's crawls or windows. It is reset for each crawl or window. */
export class ByteBudget {
  readonly #limits: ByteLimits
  #crawlId = -1
  #all: Spent = { bytes: 0, short: 0 }
  #unreached: Spent = { bytes: 0, short: 0 }
  #subnets = new Map<string, Spent>()

  constructor (limits: ByteLimits) {
    this.#limits = limits
  }

  /** Decides the form of a visit and charges the budget. @param bytes size of the whole message */
  charge (visit: CompletedVisit, bytes: number): PublishedForm {
    if (visit.crawlId !== this.#crawlId) {
      this.#crawlId = visit.crawlId
      this.#all = { bytes: 0, short: 0 }
      this.#unreached = { bytes: 0, short: 0 }
      this.#subnets = new Map()
    }

    const { connection } = visit.result
    const { unreachedBytes, subnetBytes, allShort, subnetShort } = this.#limits

    return connection === undefined
      ? this.#take(this.#unreached, bytes, { bytes: unreachedBytes, short: allShort })
      : this.#takeAt(connection.address, bytes, { bytes: subnetBytes, short: subnetShort })
  }

  #takeAt (address: Uint8Array, bytes: number, limit: Spent): PublishedForm {
    const key = subnetOf(address)

    if (key === undefined) {
      return this.#take({ bytes: this.#limits.firstBytes, short: 0 }, bytes, { bytes: Infinity, short: Infinity })
    }

    const name = this.#subnets.has(key) || this.#subnets.size < MAX_SUBNETS ? key : OTHERS
    const spent = this.#subnets.get(name) ?? { bytes: 0, short: 0 }
    this.#subnets.set(name, spent)

    return this.#take(spent, bytes, limit)
  }

  #take (spent: Spent, bytes: number, limit: Spent): PublishedForm {
    const { allBytes, firstBytes, allShort } = this.#limits
    const isFirst = spent.bytes + bytes <= firstBytes

    if (spent.bytes + bytes <= limit.bytes && this.#all.bytes + bytes <= (isFirst ? allBytes * 1.5 : allBytes)) {
      spent.bytes += bytes
      this.#all.bytes += bytes
      return 'whole'
    }
    if (spent.short < limit.short && this.#all.short < allShort) {
      spent.short++
      this.#all.short++
      return 'short'
    }

    return 'none'
  }
}

/** The subnet of an address; undefined for private ranges. */
function subnetOf (address: Uint8Array): string | undefined {
  const read = readAddress(address)

  if (read === undefined || (read.family !== 'ip4' && read.family !== 'ip6')) {
    return OTHERS
  }

  const ip = embeddedIpv4(read.host) ?? read.host

  return addressClassOf(ip) === 'private' ? undefined : Buffer.from(ip.subarray(0, ip.length === 4 ? 3 : 6)).toString('latin1')
}
