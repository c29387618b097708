import { formatIp } from '../address/ip-text.ts'
import { reachOf } from '../address/reach.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'
import type { WebSocketTarget } from './carrier/web-socket-carrier.ts'

/** How to come to a peer: by TCP, by WebSocket, or by either through a relay. */
export type Route = DirectRoute | RelayedRoute

/** How to come to a peer, or to a relay, without help. */
export interface DirectRoute extends WebSocketTarget { transport: 'tcp' | 'ws' | 'wss' }

/** How to come to a peer through another one. */
export interface RelayedRoute {
  transport: 'relay'
  relay: DirectRoute

  /** Multihash of the relay's peer id. */
  relayId: Uint8Array
}

/** Whether there is a way to the address; of a /dnsaddr it shows only when it is resolved. */
export function hasRoute (address: Address): boolean {
  return address.transport === undefined || waysOf(address) !== undefined
}

/** The way to an address with an IP address; undefined where there is none. */
export function routeOf (address: Address): Route | undefined {
  const ways = waysOf(address)

  if (ways === undefined) {
    return undefined
  }

  const { carrier, name, relayId } = ways
  const direct: DirectRoute = { transport: carrier, ip: formatIp(address.host), port: address.port, isSecure: carrier === 'wss', name }

  return relayId === undefined ? direct : { transport: 'relay', relay: direct, relayId }
}

interface Ways { carrier: DirectRoute['transport'], name: string | undefined, relayId: Uint8Array | undefined }

// What stands before the relay says how the relay is reached; a relay behind a relay is none.
function waysOf (address: Address): Ways | undefined {
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
