import { AddressPolicy } from '../../address/address-policy.ts'
import { readAddress } from '../../address/address-reader.ts'
import { bytesOf } from '../connection/connection-facts.ts'
import { remoteOf } from './address-keys.ts'
import { isOfLink } from './link-addresses.ts'
import type { Scan } from '../../../core/contracts/scan.ts'
import type { AddressFamily } from '../../address/address-reader.ts'
import type { ConnectionSlots } from './connection-slots.ts'
import type { InterfaceCidrs } from './link-addresses.ts'
import type { SocketSlots } from './socket-slots.ts'
import type { TrafficLimit } from './traffic-limit.ts'
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

// Most recent addresses found by mDNS that may be dialled. Each is dialled soon after it was found, or never.
const MAX_FOUND = 1_024

const REFUSED: ReadonlySet<AddressFamily> = new Set(['dns', 'dns4', 'dns6', 'dnsaddr', 'other'])

type GaterMethods = 'denyDialMultiaddr' | 'denyInboundConnection' | 'denyInboundUpgradedConnection' | 'denyOutboundUpgradedConnection'

/** Limits of inbound connections. */
export interface PassiveLimits { slots: ConnectionSlots, sockets: SocketSlots, traffic: TrafficLimit }

/**
 * Decides which addresses the passive node may dial. The scan's address policy applies to all dials, whatever caused
 * them. Peers found by multicast DNS are on the local network, so for them the policy's class of addresses is
 * replaced: the address must be on a link or in a private network. Denied ranges and forbidden addresses are refused
 * for them too.
 */
export class PassiveGater {
  readonly #policy: AddressPolicy
  readonly #foundPolicy: AddressPolicy
  readonly #found = new Set<string>()

  readonly #cidrs: InterfaceCidrs | undefined

  /** @param cidrs this machine's links; by default those of its interfaces */
  constructor ({ policy, deny }: Pick<Scan['addresses'], 'policy' | 'deny'>, cidrs?: InterfaceCidrs) {
    this.#cidrs = cidrs
    this.#policy = new AddressPolicy({ policy, deny })
    this.#foundPolicy = new AddressPolicy({ policy: 'Any', deny })
  }

  /** The connection gater for libp2p. Each connection takes a slot, and its traffic is counted. */
  gater ({ slots, sockets, traffic }: PassiveLimits): Required<Pick<ConnectionGater, GaterMethods>> {
    return {
      denyDialMultiaddr: address => !this.allows(address),
      // All transports of the node have a remote IP address; anything else is refused.
      denyInboundConnection: (connection) => {
        const ip = remoteOf(connection.remoteAddr)?.ip
        const hasSlot = ip !== undefined && (isWebSocket(connection) ? sockets.has(connection) : slots.enter(connection, ip))

        if (hasSlot) {
          traffic.watchBytes(connection)
        }

        return !hasSlot
      },
      denyInboundUpgradedConnection: (_, connection) => {
        sockets.upgraded(connection)

        return false
      },
      denyOutboundUpgradedConnection: (_, connection) => {
        const ip = remoteOf(connection.remoteAddr)?.ip

        if (ip !== undefined) {
          slots.dialled(connection, ip)
          traffic.watchBytes(connection)
        }

        return ip === undefined
      }
    }
  }

  /** An address was found by multicast DNS. Returns whether it may be dialled. @param source IP address that announced it */
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

// Names are refused: libp2p would resolve them as often as remote peers like, without checking the resolved
// addresses. A WebSocket over TLS counts as a name: libp2p does not dial its IP address, but the one that the SNI
// resolves to.
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
