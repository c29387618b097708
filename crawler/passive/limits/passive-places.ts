import { addressKeys } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'

/** What is used of a connection, from its first byte on where it came in. */
export interface PlacedConnection {
  abort: (err: Error) => void
  addEventListener: (event: 'close', listener: () => void) => void
}

/** Settings of {@link PassivePlaces}. */
export interface PassivePlacesOptions {
  /** Connections at most: those that stand, and those that come in and are being made. */
  places: number
}

/** One connection. */
interface Place { connection: PlacedConnection, sinceMs: number, leave: () => void }

/** One /24 (IPv4) or /64 (IPv6), with its connections by IP address, each in the order in which they came. */
interface Subnet { size: number, byIp: Map<string, Set<Place>> }

/** Share of the places that one IP address may have. */
const IP_SHARE = 1 / 4

/** Share of the places that one subnet may have. */
const SUBNET_SHARE = 1 / 2

/** New connections in a second from one IP address. */
export const NEW_PER_IP = 100

/** New connections in a second from one subnet. */
export const NEW_PER_SUBNET = 200

/** How long a connection may stay before another one of the same address or subnet may take its place: identify and a ping need less. In milliseconds. */
export const STAY_MS = 5_000

// A node of very few places is shared all the same.
const LEAST_SHARE = 4

const SECOND = 1_000

/**
 * The places of the passive node for those who come to it. Keys cost nothing, so that an IP address and a subnet count, not
 * a peer id: each may have a share, and when all places are taken, the most crowded subnet makes room, by the oldest
 * connection of its most crowded address. So whoever fills the node from one network keeps out nobody of another.
 */
export class PassivePlaces {
  readonly #clock: Clock
  readonly #options: PassivePlacesOptions
  readonly #subnets = new Map<string, Subnet>()
  readonly #recent = new Map<string, number>()
  #recentSinceMs = -Infinity
  #size = 0

  constructor (clock: Clock, options: PassivePlacesOptions) {
    this.#clock = clock
    this.#options = options
  }

  /** Places that are taken. */
  get size (): number {
    return this.#size
  }

  /**
   * Gives a place to a connection from an IP address of 4 or 16 bytes, until it closes.
   *
   * @returns false where its address or subnet has its share, or makes too many connections: it must be refused
   */
  enter (connection: PlacedConnection, ip: Uint8Array): boolean {
    const [ipKey, subnetKey] = addressKeys(ip)

    if (!this.#countNew(`ip ${ipKey}`, NEW_PER_IP) || !this.#countNew(`net ${subnetKey}`, NEW_PER_SUBNET)) {
      return false
    }

    // One that is over its share may take the place of an older one of its own.
    const crowded = this.#overShare(ipKey, subnetKey)

    if (crowded !== undefined && !this.#endOldest(crowded, STAY_MS)) {
      return false
    }
    this.#makeRoom()
    this.#add(connection, ipKey, subnetKey)

    return true
  }

  /** Counts a connection that the node itself made; it takes part when room is made. */
  dialled (connection: PlacedConnection, ip: Uint8Array): void {
    this.#makeRoom()
    this.#add(connection, ...addressKeys(ip))
  }

  #makeRoom (): void {
    if (this.#size >= this.#options.places) {
      this.#endOldest(mostCrowded([...this.#subnets.values()].reduce((most, next) => next.size > most.size ? next : most)), 0)
    }
  }

  // Those of whom one must go before another of this address comes; undefined where there is room.
  #overShare (ipKey: string, subnetKey: string): ReadonlySet<Place> | undefined {
    const { places } = this.#options
    const subnet = this.#subnets.get(subnetKey)
    const own = subnet?.byIp.get(ipKey)

    if (own !== undefined && own.size >= shareOf(places, IP_SHARE)) {
      return own
    }

    return subnet !== undefined && subnet.size >= shareOf(places, SUBNET_SHARE) ? mostCrowded(subnet) : undefined
  }

  #add (connection: PlacedConnection, ipKey: string, subnetKey: string): void {
    const subnet = this.#subnets.get(subnetKey) ?? { size: 0, byIp: new Map<string, Set<Place>>() }
    const own = subnet.byIp.get(ipKey) ?? new Set()
    const place: Place = { connection, sinceMs: this.#clock.monotonic(), leave: () => {
      if (!own.delete(place)) {
        return
      }

      subnet.size -= 1
      this.#size -= 1

      if (own.size === 0) {
        subnet.byIp.delete(ipKey)
      }
      if (subnet.size === 0) {
        this.#subnets.delete(subnetKey)
      }
    } }
    this.#subnets.set(subnetKey, subnet)
    subnet.byIp.set(ipKey, own.add(place))
    subnet.size += 1
    this.#size += 1
    connection.addEventListener('close', place.leave)
  }

  #endOldest (own: ReadonlySet<Place>, leastAgeMs: number): boolean {
    const [oldest] = own

    if (oldest === undefined || this.#clock.monotonic() - oldest.sinceMs < leastAgeMs) {
      return false
    }

    oldest.leave()
    oldest.connection.abort(new TypeError('its place goes to another one'))

    return true
  }

  // A second begins when the first one comes: what is kept is bounded by the connections of a second.
  #countNew (key: string, most: number): boolean {
    const now = this.#clock.monotonic()

    if (now - this.#recentSinceMs >= SECOND) {
      this.#recent.clear()
      this.#recentSinceMs = now
    }

    const count = (this.#recent.get(key) ?? 0) + 1
    this.#recent.set(key, count)

    return count <= most
  }
}

function mostCrowded ({ byIp }: Subnet): ReadonlySet<Place> {
  return [...byIp.values()].reduce((most, next) => next.size > most.size ? next : most)
}

function shareOf (places: number, share: number): number {
  return Math.max(LEAST_SHARE, Math.floor(places * share))
}
