// After go-libp2p's dial ranker, with TCP before QUIC: the lanes that dial TCP are the cheap ones.
// Only what decides within the first second matters, since the first answer ends the dialling.
import { addressClassOf } from '../address/ip-class.ts'
import { reachOf } from '../address/reach.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'

const TRANSPORT_ORDER: readonly Transport[] = ['tcp', 'quic-v1', 'quic', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'relay', 'webrtc', 'other']

/**
 * Orders addresses for dialling, best first, in two lists that are dialled side by side: a peer
 * behind the same router answers at its private address without waiting for the public ones.
 *
 * TCP comes before QUIC; IPv6 and IPv4 take turns, so that a machine without IPv6 loses one step and
 * not half of them. Addresses that lead to the same place by the same way are dialled once. One IP address and port
 * may be many places: a proxy serves many names, a relay's host has had other ids. Those beyond the first of an IP
 * address, port and transport come last, so that a list of names for one dead host keeps no other host waiting.
 */
export function rankAddresses (addresses: readonly Address[]): Address[][] {
  const rounds = roundsOf(addresses)
  const isPrivate = (address: Address): boolean => addressClassOf(address.host) !== 'public'

  return [isPrivate, (address: Address) => !isPrivate(address)]
    .map(belongs => rounds.flatMap(round => inOrder(round.filter(belongs))))
    .filter(group => group.length > 0)
}

/** Addresses of one group that are dialled in one visit; a correct peer has about ten. */
const MAX_DIALS = 32

/** Of those, to one IP address: what a peer behind a router has had is rarely more. */
const MAX_PER_IP = 16

/** Of those, to one port of it: names of one proxy, ids of one relay. */
const MAX_PER_ENDPOINT = 4

/** The best ranked of each group, so that no list of addresses makes one visit dial for long, nor one host again and again. */
export function bestOf (groups: readonly (readonly Address[])[]): Address[][] {
  const dials = new Map<string, number>()
  const isWithin = (key: string, limit: number): boolean => {
    const count = (dials.get(key) ?? 0) + 1
    dials.set(key, count)

    return count <= limit
  }

  return groups.map(group => group
    .filter(address => isWithin(endpointOf(address), MAX_PER_ENDPOINT) && isWithin(latin1(address.host), MAX_PER_IP))
    .slice(0, MAX_DIALS))
}

/** The distinct addresses: of each endpoint the first, then of each the second, and so on. */
function roundsOf (addresses: readonly Address[]): Address[][] {
  const known = new Set<string>()
  const perEndpoint = new Map<string, number>()
  const rounds: Address[][] = []

  for (const address of addresses) {
    const endpoint = endpointOf(address)
    const identity = identityOf(address, endpoint)

    if (!known.has(identity)) {
      const round = perEndpoint.get(endpoint) ?? 0
      known.add(identity)
      perEndpoint.set(endpoint, round + 1)
      ;(rounds[round] ??= []).push(address)
    }
  }

  return rounds
}

function inOrder (addresses: readonly Address[]): Address[] {
  return TRANSPORT_ORDER.flatMap(transport => interleave(addresses.filter(address => address.transport === transport)))
}

function interleave (addresses: readonly Address[]): Address[] {
  const v6 = addresses.filter(({ family }) => family === 'ip6')
  const v4 = addresses.filter(({ family }) => family !== 'ip6')

  return Array.from({ length: Math.max(v6.length, v4.length) }, (_, i) => [v6[i], v4[i]]).flat().filter(address => address !== undefined)
}

function endpointOf ({ host, port, transport }: Address): string {
  return `${latin1(host)}:${String(port)}:${String(transport)}`
}

/**
 * What tells one dial from another: the endpoint, the carrier to it, the name where the carrier sends one (TLS, HTTP),
 * the relay's id. TCP and QUIC send no name: however they are called, they are one. What no lane dials is told apart by its bytes.
 */
function identityOf (address: Address, endpoint: string): string {
  const { bytes, transport } = address

  if (transport === 'tcp' || transport === 'quic-v1') {
    return endpoint
  }
  if (transport !== 'ws' && transport !== 'wss' && transport !== 'relay') {
    return `${endpoint}:${latin1(bytes)}`
  }

  const { carrier, name = '', relayId = NO_ID } = reachOf(address)

  return `${endpoint}:${carrier}:${carrier === 'tcp' ? '' : name}:${latin1(relayId)}`
}

const NO_ID = new Uint8Array(0)

function latin1 (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
