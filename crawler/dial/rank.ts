// Based on go-libp2p's dial ranker, but with TCP before QUIC, since TCP is cheaper for us. Only the order within the
// first second matters, since the first answer ends the dialling.
import { addressClassOf } from '../address/ip-class.ts'
import { reachOf } from '../address/reach.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'

const TRANSPORT_ORDER: readonly Transport[] = ['tcp', 'quic-v1', 'quic', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'relay', 'webrtc', 'other']

/**
 * Orders addresses for dialling, best first, in two lists that are dialled in parallel: a peer behind the same router
 * answers at its private address without waiting for the public ones.
 *
 * TCP comes before QUIC. IPv6 and IPv4 alternate, so that a machine without IPv6 loses one step and not half of them.
 * Equivalent addresses are dialled once. One IP address and port may serve several targets: a proxy has many names,
 * and a relay's host may have had other ids. All but the first address of each IP address, port and transport come
 * last, so that many names of one dead host do not delay other hosts.
 */
export function rankAddresses (addresses: readonly Address[]): Address[][] {
  const rounds = roundsOf(addresses)
  const isPrivate = (address: Address): boolean => addressClassOf(address.host) !== 'public'

  return [isPrivate, (address: Address) => !isPrivate(address)]
    .map(belongs => rounds.flatMap(round => inOrder(round.filter(belongs))))
    .filter(group => group.length > 0)
}

/** Addresses of one group that a visit dials; a correct peer has about ten. */
const MAX_DIALS = 32

/** Of those, addresses with the same IP address; peers behind a router rarely list more old ports. */
const MAX_PER_IP = 16

/** Of those, addresses with the same port too: names of one proxy, ids of one relay. */
const MAX_PER_ENDPOINT = 4

/** The best ranked of each group. This bounds how long a visit dials, and how often it dials one host. */
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

/** The distinct addresses in rounds: the first address of each endpoint, then the second of each, and so on. */
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
 * Key of equivalent dials: the endpoint, its transport, the name if the transport sends one (TLS, HTTP), and the
 * relay's id. TCP and QUIC send no name, so the name does not matter. Addresses that no client dials are compared by
 * their bytes.
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
