import { parseDnsName } from '../../core/text/dns-name.ts'
import { isPeerId } from '../peer/peer-id.ts'
import { transportOf } from './address-transport.ts'
import { hostName } from './host-name.ts'
import { CODE, MultiaddrReader } from './multiaddr-reader.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from './address-reader.ts'

/** How to connect to the host of an address, which is the peer or a relay. */
export interface Reach {
  /** Transport of the connection to the host. */
  carrier: Transport

  /** The name for the TLS handshake and the HTTP request: that of /sni if present, otherwise the resolved DNS name. */
  name: string | undefined

  /** Whether the host is a relay. */
  isRelayed: boolean

  /** Multihash of the relay's peer id, if it is valid. */
  relayId: Uint8Array | undefined
}

/** Reads how to connect to the host of an address: all components, or those before the relay. */
export function reachOf (address: Address): Reach {
  const { codes, sni, peerId, isRelayed } = partsBeforeRelay(address)
  const resolved = address.name === undefined ? undefined : parseDnsName(address.name)
  const relayId = isRelayed && peerId !== undefined && isPeerId(peerId) ? peerId : undefined

  return { carrier: transportOf(codes), name: sni ?? resolved, isRelayed, relayId }
}

interface Parts { codes: number[], sni: string | undefined, peerId: Uint8Array | undefined, isRelayed: boolean }

function partsBeforeRelay ({ bytes, hostEnd }: Address): Parts {
  const reader = new MultiaddrReader(bytes)
  const parts: Parts = { codes: [], sni: undefined, peerId: undefined, isRelayed: false }

  for (let code = reader.next(); code !== 0 && !parts.isRelayed; code = reader.next()) {
    if (code === CODE.sni) {
      parts.sni = hostName(reader.view())
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
