import { parseDnsName } from '../../core/text/dns-name.ts'
import { isPeerId } from '../peer/peer-id.ts'
import { transportOf } from './address-transport.ts'
import { hostName } from './host-name.ts'
import { CODE, MultiaddrReader } from './multiaddr-reader.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from './address-reader.ts'

/** What an address says of the way to its host, which is the peer or a relay. */
export interface Reach {
  /** What carries the connection to the host. */
  carrier: Transport

  /** The name that a TLS handshake and an HTTP request carry: of its /sni, otherwise the one that was resolved. */
  name: string | undefined

  /** Whether the host is a relay. */
  isRelayed: boolean

  /** Multihash of the relay's peer id, where there is a valid one. */
  relayId: Uint8Array | undefined
}

/** Reads the way to an address's host: all that stands before a relay, if there is one. */
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
