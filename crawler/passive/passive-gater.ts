import { bytesOf } from '../libp2p/connection-facts.ts'
import { AddressPolicy } from '../visit/address-policy.ts'
import { readAddress } from '../visit/address-reader.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { AddressFamily } from '../visit/address-reader.ts'
import type { PassivePlaces } from './passive-places.ts'
import type { ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

// Addresses of mDNS finds that may be dialled now: each is dialled soon after it was found, or never.
const MAX_FOUND = 1_024

const REFUSED: ReadonlySet<AddressFamily> = new Set(['dns', 'dns4', 'dns6', 'other'])

/**
 * Says whom the passive node may dial: whatever makes it dial (the DHT's own upkeep, a find of multicast DNS), the scan's
 * address policy holds. Finds of multicast DNS are of the local network, that being their point, so that the class of
 * their addresses is not asked; denied ranges and addresses that nobody may dial are refused all the same.
 */
export class PassiveGater {
  readonly #policy: AddressPolicy
  readonly #foundPolicy: AddressPolicy
  readonly #found = new Set<string>()

  constructor ({ policy, deny }: Pick<Scan['addresses'], 'policy' | 'deny'>) {
    this.#policy = new AddressPolicy({ policy, deny })
    this.#foundPolicy = new AddressPolicy({ policy: 'Any', deny })
  }

  /** What libp2p asks; each connection gets one of `places`. */
  gater (places: PassivePlaces): Required<Pick<ConnectionGater, 'denyDialMultiaddr' | 'denyInboundConnection' | 'denyOutboundUpgradedConnection'>> {
    return {
      denyDialMultiaddr: address => !this.allows(address),
      // What comes from no IP address comes by none of the transports that the node listens with.
      denyInboundConnection: (connection) => {
        const ip = ipOf(connection.remoteAddr)

        return ip === undefined || !places.enter(connection, ip)
      },
      denyOutboundUpgradedConnection: (_, connection) => {
        const ip = ipOf(connection.remoteAddr)

        if (ip !== undefined) {
          places.dialled(connection, ip)
        }

        return ip === undefined
      }
    }
  }

  /** An address was found by multicast DNS. Returns whether it may be dialled. */
  found (address: Multiaddr): boolean {
    const bytes = bytesOf(address)

    if (bytes === undefined || !mayDial(bytes, this.#foundPolicy)) {
      return false
    }

    const key = keyOf(bytes)
    this.#found.delete(key)
    this.#found.add(key)

    for (const oldest of this.#found) {
      if (this.#found.size <= MAX_FOUND) {
        break
      }
      this.#found.delete(oldest)
    }

    return true
  }

  /** Whether an address may be dialled. */
  allows (address: Multiaddr): boolean {
    const bytes = bytesOf(address)

    return bytes !== undefined && mayDial(bytes, this.#found.has(keyOf(bytes)) ? this.#foundPolicy : this.#policy)
  }
}

// What a /dnsaddr resolves to is asked again. Other names are not: libp2p's transports resolve them by themselves.
function mayDial (bytes: Uint8Array, policy: AddressPolicy): boolean {
  const address = readAddress(bytes)

  return address !== undefined && !REFUSED.has(address.family) && policy.allows(address)
}

function ipOf (remote: Multiaddr): Uint8Array | undefined {
  const bytes = bytesOf(remote)
  const address = bytes === undefined ? undefined : readAddress(bytes)

  return address?.family === 'ip4' || address?.family === 'ip6' ? address.host : undefined
}

function keyOf (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
