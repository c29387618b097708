import { addressKeys } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'

/** The parts of a connection that are used. An inbound connection counts from its first byte. */
export interface SlottedConnection {
  abort: (err: Error) => void
  addEventListener: (event: 'close', listener: () => void) => void
}

/** Settings of {@link ConnectionSlots}. */
export interface ConnectionSlotsOptions {
  /** Most connections, including inbound ones that are not upgraded yet. */
  slots: number
}

/** A connection's slot. */
interface Slot { connection: SlottedConnection, sinceMs: number, leave: () => void }

/** One /24 (IPv4) or /64 (IPv6), with its connections by IP address, oldest first. */
interface Subnet { size: number, byIp: Map<string, Set<Slot>> }

/** Largest share of the slots for one IP address. */
const IP_SHARE = 1 / 4

/** Largest share of the slots for one subnet. */
const SUBNET_SHARE = 1 / 2

/** New connections per second from one IP address. */
export const NEW_PER_IP = 100

/** New connections per second from one subnet. */
export const NEW_PER_SUBNET = 200

/** Shortest life of a connection before a new one of the same address or subnet may replace it, in milliseconds. Identify and a ping take less. */
export const STAY_MS = 5_000

// Smallest share, for nodes with very few slots.
const LEAST_SHARE = 4

const SECOND = 1_000

/**
 * The passive node's connection slots. Keys are free, so IP addresses and subnets are counted, not peer ids. Each may
 * have a share of the slots. When all slots are taken, the oldest connection of the most crowded address in the most
 * crowded subnet is closed. An attacker in one network can therefore not keep out peers of another.
 */
export class ConnectionSlots {
  readonly #clock: Clock
  readonly #options: ConnectionSlotsOptions
  readonly #subnets = new Map<string, Subnet>()
  readonly #recent = new Map<string, number>()
  #recentSinceMs = -Infinity
  #size = 0

  constructor (clock: Clock, options: ConnectionSlotsOptions) {
    this.#clock = clock
    this.#options = options
  }

  /** Number of slots in use. */
  get size (): number {
    return this.#size
  }

  /**
   * Takes a slot for a connection from an IP address of 4 or 16 bytes, until it closes.
   *
   * @returns false if its address or subnet has reached its share or its rate: the connection must be refused
   */
  enter (connection: SlottedConnection, ip: Uint8Array): boolean {
    const [ipKey, subnetKey] = addressKeys(ip)

    if (!this.#countNew(`ip ${ipKey}`, NEW_PER_IP) || !this.#countNew(`net ${subnetKey}`, NEW_PER_SUBNET)) {
      return false
    }

    // Over its share, a new connection may replace an older one of the same address or subnet.
    const crowded = this.#overShare(ipKey, subnetKey)

    if (crowded !== undefined && !this.#endOldest(crowded, STAY_MS)) {
      return false
    }
    this.#makeRoom()
    this.#add(connection, ipKey, subnetKey)

    return true
  }

  /** Takes a slot for an outbound connection, which may be closed like any other to make room. */
  dialled (connection: SlottedConnection, ip: Uint8Array): void {
    this.#makeRoom()
    this.#add(connection, ...addressKeys(ip))
  }

  #makeRoom (): void {
    if (this.#size >= this.#options.slots) {
      this.#endOldest(mostCrowded([...this.#subnets.values()].reduce((most, next) => next.size > most.size ? next : most)), 0)
    }
  }

  // The connections of which one must close before another of this address is accepted; undefined if there is room.
  #overShare (ipKey: string, subnetKey: string): ReadonlySet<Slot> | undefined {
    const { slots } = this.#options
    const subnet = this.#subnets.get(subnetKey)
    const own = subnet?.byIp.get(ipKey)

    if (own !== undefined && own.size >= shareOf(slots, IP_SHARE)) {
      return own
    }

    return subnet !== undefined && subnet.size >= shareOf(slots, SUBNET_SHARE) ? mostCrowded(subnet) : undefined
  }

  #add (connection: SlottedConnection, ipKey: string, subnetKey: string): void {
    const subnet = this.#subnets.get(subnetKey) ?? { size: 0, byIp: new Map<string, Set<Slot>>() }
    const own = subnet.byIp.get(ipKey) ?? new Set()
    const slot: Slot = { connection, sinceMs: this.#clock.monotonic(), leave: () => {
      if (!own.delete(slot)) {
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
    subnet.byIp.set(ipKey, own.add(slot))
    subnet.size += 1
    this.#size += 1
    connection.addEventListener('close', slot.leave)
  }

  #endOldest (own: ReadonlySet<Slot>, leastAgeMs: number): boolean {
    const [oldest] = own

    if (oldest === undefined || this.#clock.monotonic() - oldest.sinceMs < leastAgeMs) {
      return false
    }

    oldest.leave()
    oldest.connection.abort(new TypeError('closed to make room for another connection'))

    return true
  }

  // The counts are reset at the first connection after a second, so their number is bounded by the connections of a
  // second.
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

function mostCrowded ({ byIp }: Subnet): ReadonlySet<Slot> {
  return [...byIp.values()].reduce((most, next) => next.size > most.size ? next : most)
}

function shareOf (slots: number, share: number): number {
  return Math.max(LEAST_SHARE, Math.floor(slots * share))
}
