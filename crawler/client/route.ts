import { formatIp } from '../address/ip-text.ts'
import { reachOf } from '../address/reach.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'
import type { WebSocketTarget } from './carrier/web-socket-carrier.ts'

/** How to reach a peer: by TCP, by WebSocket, or by either through a relay. */
export type Route = DirectRoute | RelayedRoute

/** A direct connection to a peer or to a relay. */
export interface DirectRoute extends WebSocketTarget { transport: 'tcp' | 'ws' | 'wss' }

/** A connection to a peer through a relay. */
export interface RelayedRoute {
  transport: 'relay'
  relay: DirectRoute

  /** Multihash of the relay's peer id. */
  relayId: Uint8Array
}

/** Whether the address has a route. True for an unresolved /dnsaddr, which may lead to any address. */
export function hasRoute (address: Address): boolean {
  return address.transport === undefined || partsOf(address) !== undefined
}

/** The route to an address with an IP address; undefined if there is none. */
export function routeOf (address: Address): Route | undefined {
  const parts = partsOf(address)

  if (parts === undefined) {
    return undefined
  }

  const { carrier, name, relayId } = parts
  const direct: DirectRoute = { transport: carrier, ip: formatIp(address.host), port: address.port, isSecure: carrier === 'wss', name }

  return relayId === undefined ? direct : { transport: 'relay', relay: direct, relayId }
}

interface RouteParts { carrier: DirectRoute['transport'], name: string | undefined, relayId: Uint8Array | undefined }

// The components before the relay say how to reach it. A relay behind another relay is not supported.
function partsOf (address: Address): RouteParts | undefined {
  const { carrier, name, isRelayed, relayId } = reachOf(address)

  if (!isDirect(carrier) || (!isRelayed && carrier !== address.transport)) {
    return undefined
  }

  if (!isRelayed) {
    return { carrier, name, relayId: undefined }
  }

  return address.transport === 'relay' && relayId !== undefined ? { carrier, name, relayId } : undefined
}

function isDirect (transport: Transport): transport is DirectRoute['transport'] {
  return transport === 'tcp' || transport === 'ws' || transport === 'wss'
}
