import { addressClassOf } from './ip-class.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from './address-reader.ts'

// After go-libp2p's dial ranker, with TCP before QUIC: the lanes that dial TCP are the cheap ones.
// Only what decides within the first second matters, since the first answer ends the dialling.

const TRANSPORT_ORDER: readonly Transport[] = ['tcp', 'quic-v1', 'quic', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'relay', 'webrtc', 'other']

/**
 * Orders addresses for dialling, best first, in two lists that are dialled side by side: a peer
 * behind the same router answers at its private address without waiting for the public ones.
 *
 * TCP comes before QUIC; IPv6 and IPv4 take turns, so that a machine without IPv6 loses one step and
 * not half of them. Doubles (the same IP address, port and transport) are left out.
 */
export function rankAddresses (addresses: readonly Address[]): Address[][] {
  const distinct = [...new Map(addresses.map(address => [endpointOf(address), address])).values()]
  const isPrivate = (address: Address): boolean => addressClassOf(address.host) !== 'public'

  return [distinct.filter(isPrivate), distinct.filter(address => !isPrivate(address))]
    .filter(group => group.length > 0)
    .map(group => TRANSPORT_ORDER.flatMap(transport => interleave(group.filter(address => address.transport === transport))))
}

function interleave (addresses: readonly Address[]): Address[] {
  const v6 = addresses.filter(({ family }) => family === 'ip6')
  const v4 = addresses.filter(({ family }) => family !== 'ip6')

  return Array.from({ length: Math.max(v6.length, v4.length) }, (_, i) => [v6[i], v4[i]]).flat().filter(address => address !== undefined)
}

function endpointOf ({ host, port, transport }: Address): string {
  return `${Buffer.from(host.buffer, host.byteOffset, host.length).toString('latin1')}:${String(port)}:${String(transport)}`
}
