import { transportOf } from '../visit/address-transport.ts'
import { formatIp } from '../visit/ip-text.ts'
import { CODE, MultiaddrReader } from '../visit/multiaddr-reader.ts'
import { isPeerId } from '../wire/peer-id.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../visit/address-reader.ts'
import type { WebSocketTarget } from './web-socket-carrier.ts'

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

/** A name that a TLS handshake and an HTTP request may carry. */
const HOST_NAME = /^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/
const MAX_NAME = 253

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

  const { carrier, sni, relayId } = ways
  const name = [sni, address.name].find(text => text !== undefined && text.length <= MAX_NAME && HOST_NAME.test(text))
  const direct: DirectRoute = { transport: carrier, ip: formatIp(address.host), port: address.port, isSecure: carrier === 'wss', name }

  return relayId === undefined ? direct : { transport: 'relay', relay: direct, relayId }
}

interface Ways { carrier: DirectRoute['transport'], sni: string | undefined, relayId: Uint8Array | undefined }

// What stands before the relay says how the relay is reached; a relay behind a relay is none.
function waysOf (address: Address): Ways | undefined {
  const { codes, sni, peerId, isRelayed } = partsBeforeRelay(address)
  const carrier = transportOf(codes)

  if (!isDirect(carrier) || (!isRelayed && carrier !== address.transport)) {
    return undefined
  }
  if (!isRelayed) {
    return { carrier, sni, relayId: undefined }
  }

  return address.transport === 'relay' && peerId !== undefined && isPeerId(peerId) ? { carrier, sni, relayId: peerId } : undefined
}

interface Parts { codes: number[], sni: string | undefined, peerId: Uint8Array | undefined, isRelayed: boolean }

function partsBeforeRelay ({ bytes, hostEnd }: Address): Parts {
  const reader = new MultiaddrReader(bytes)
  const parts: Parts = { codes: [], sni: undefined, peerId: undefined, isRelayed: false }

  for (let code = reader.next(); code !== 0 && !parts.isRelayed; code = reader.next()) {
    if (code === CODE.sni) {
      parts.sni = Buffer.from(reader.view()).toString('latin1')
    } else if (code === CODE.p2p) {
      parts.peerId = reader.view()
    } else if (code === CODE.circuit) {
      parts.isRelayed = true
    } else if (reader.position > hostEnd) {
      parts.codes.push(code)
    }
  }

  return parts
}

function isDirect (transport: Transport): transport is DirectRoute['transport'] {
  return transport === 'tcp' || transport === 'ws' || transport === 'wss'
}
