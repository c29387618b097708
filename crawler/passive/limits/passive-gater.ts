import { AddressPolicy } from '../../address/address-policy.ts'
import { readAddress } from '../../address/address-reader.ts'
import { bytesOf } from '../connection/connection-facts.ts'
import { remoteOf } from './address-keys.ts'
import { isOfLink } from './link-addresses.ts'
import type { Scan } from '../../../core/contracts/scan.ts'
import type { AddressFamily } from '../../address/address-reader.ts'
import type { InterfaceCidrs } from './link-addresses.ts'
import type { PassivePlaces } from './passive-places.ts'
import type { SocketPlaces } from './socket-places.ts'
import type { TrafficLimit } from './traffic-limit.ts'
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

// Addresses of mDNS finds that may be dialled now: each is dialled soon after it was found, or never.
const MAX_FOUND = 1_024

const REFUSED: ReadonlySet<AddressFamily> = new Set(['dns', 'dns4', 'dns6', 'dnsaddr', 'other'])

type GaterMethods = 'denyDialMultiaddr' | 'denyInboundConnection' | 'denyInboundUpgradedConnection' | 'denyOutboundUpgradedConnection'

/** What bounds those who come. */
export interface PassiveLimits { places: PassivePlaces, sockets: SocketPlaces, traffic: TrafficLimit }

/**
 * Says whom the passive node may dial: whatever makes it dial (the DHT's own upkeep, a find of multicast DNS), the scan's
 * address policy holds. Finds of multicast DNS are of the local network, that being their point, so that the scan's class
 * of addresses is not asked, but whether they are of a link or a private network; denied ranges and addresses that nobody
 * may dial are refused all the same.
 */
export class PassiveGater {
  readonly #policy: AddressPolicy
  readonly #foundPolicy: AddressPolicy
  readonly #found = new Set<string>()

  readonly #cidrs: InterfaceCidrs | undefined

  /** @param cidrs what this machine's links are; those of its interfaces when left out */
  constructor ({ policy, deny }: Pick<Scan['addresses'], 'policy' | 'deny'>, cidrs?: InterfaceCidrs) {
    this.#cidrs = cidrs
    this.#policy = new AddressPolicy({ policy, deny })
    this.#foundPolicy = new AddressPolicy({ policy: 'Any', deny })
  }

  /** What libp2p asks; each connection gets one of `places`, and what it sends is counted. */
  gater ({ places, sockets, traffic }: PassiveLimits): Required<Pick<ConnectionGater, GaterMethods>> {
    return {
      denyDialMultiaddr: address => !this.allows(address),
      // What comes from no IP address comes by none of the transports that the node listens with.
      denyInboundConnection: (connection) => {
        const ip = remoteOf(connection.remoteAddr)?.ip
        const hasPlace = ip !== undefined && (isWebSocket(connection) ? sockets.has(connection) : places.enter(connection, ip))

        if (hasPlace) {
          traffic.watchBytes(connection)
        }

        return !hasPlace
      },
      denyInboundUpgradedConnection: (_, connection) => {
        sockets.upgraded(connection)

        return false
      },
      denyOutboundUpgradedConnection: (_, connection) => {
        const ip = remoteOf(connection.remoteAddr)?.ip

        if (ip !== undefined) {
          places.dialled(connection, ip)
          traffic.watchBytes(connection)
        }

        return ip === undefined
      }
    }
  }

  /** An address was found by multicast DNS. Returns whether it may be dialled. @param source IP address that told of it */
  found (address: Multiaddr, source: string): boolean {
    const bytes = bytesOf(address)
    const ip = remoteOf(address)?.ip

    if (bytes === undefined || ip === undefined || !mayDial(bytes, this.#foundPolicy) || !isOfLink(ip, source, this.#cidrs)) {
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

// Names are refused: libp2p resolves them by itself, as often as strangers like, and asks nobody about what they lead to. A
// WebSocket over TLS is a name as well: it is not the IP address that libp2p dials, but the one that SNI resolves to.
function mayDial (bytes: Uint8Array, policy: AddressPolicy): boolean {
  const address = readAddress(bytes)

  return address !== undefined && !REFUSED.has(address.family) && address.transport !== 'wss' && policy.allows(address)
}

function isWebSocket ({ remoteAddr }: MultiaddrConnection): boolean {
  return remoteAddr.getComponents().some(({ name }) => name === 'ws')
}

function keyOf (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
