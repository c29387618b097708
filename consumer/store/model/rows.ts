// From a batch of visits to the rows of one transaction: one row for each key, in the order of the keys, so that
// two writers take their locks in the same order.
import { isContacted } from '../../../core/contracts/outcome.ts'
import { mergeNodeStates } from './node-state.ts'
import { TextFitter } from './safe-text.ts'
import { toStoreTime } from './store-time.ts'
import { visitRowOf } from './visit-row.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { Coalescer, SightedAddress } from './coalescer.ts'
import type { NodeState } from './node-state.ts'
import type { VisitPlace, VisitRow } from './visit-row.ts'

/** A peer that was reached in a network; times as in the database. */
export interface NetworkRow {
  nodeId: string
  network: string
  firstSeen: string
  lastSeen: string
}

/** The rows of one batch of visits. */
export interface Rows {
  visits: readonly VisitRow[]

  /** One for each peer, reached or not. */
  nodes: readonly NodeState[]

  networks: readonly NetworkRow[]
  addresses: readonly SightedAddress[]

  /** Texts that were cut to fit their columns. */
  cuts: number

  /** Addresses whose last_seen the coalescing window skips. */
  coalesced: number
}

/** The rows of a batch, in the order in which they are written. */
export function toRows (visits: readonly Visit[], coalescer: Coalescer): Rows {
  const fitter = new TextFitter()
  const gathered = new Map<string, PeerRows>()
  const visitRows = visits.map((visit) => {
    const row = visitRowOf(visit, fitter)
    gather(gathered, row, toStoreTime(visit.startedAt))

    return row
  })
  const peers = [...gathered.values()].sort((a, b) => compare(a.node.nodeId, b.node.nodeId))
  const sightings = peers.flatMap(({ addresses }) => inOrder(addresses))
  const addresses = sightings.filter(sighting => !coalescer.covers(sighting))

  return {
    visits: visitRows.sort(compareVisits),
    nodes: peers.map(({ node }) => node),
    networks: peers.flatMap(({ networks }) => networks.sort((a, b) => compare(a.network, b.network))),
    addresses,
    cuts: fitter.cuts,
    coalesced: sightings.length - addresses.length
  }
}

// A peer that connected to us did so from a port on which it does not listen. So only its IP address is kept here; the
// visit has the whole address.
const INBOUND: ReadonlySet<string> = new Set(['inbound', 'connected'])
const IP = /^(?:\/ip6zone\/[^/]+)?\/ip[46]\/[^/]+/

interface PeerRows {
  node: NodeState
  networks: NetworkRow[]

  /** Unsorted: an address once for each visit that saw it. */
  addresses: SightedAddress[]
}

function gather (peers: Map<string, PeerRows>, row: VisitRow, at: string): void {
  const { nodeId, network, startedAtMs } = row
  const isReached = isContacted(row.outcome)
  const state = nodeStateOf(row, at, isReached)
  let peer = peers.get(nodeId)

  if (peer === undefined) {
    peer = { node: state, networks: [], addresses: [] }
    peers.set(nodeId, peer)
  } else {
    peer.node = mergeNodeStates(peer.node, state)
  }

  if (!isReached) {
    return
  }

  addNetwork(peer.networks, { nodeId, network, firstSeen: at, lastSeen: at })

  for (const multiaddr of addressesOf(row)) {
    peer.addresses.push({ nodeId, multiaddr, seenMs: startedAtMs })
  }
}

function addressesOf ({ source, connection, identity }: VisitRow): readonly string[] {
  const listed = identity?.listenAddresses ?? []
  const answered = connection === null ? undefined : INBOUND.has(source) ? IP.exec(connection.address)?.[0] : connection.address

  // A peer usually announces the address on which it was reached.
  return answered === undefined || listed.includes(answered) ? listed : [...listed, answered]
}

function nodeStateOf ({ nodeId, outcome, discoveryType, identity, place, latencyMs }: VisitRow, at: string, isReached: boolean): NodeState {
  const latencyNs = latencyMs === null ? null : Math.round(latencyMs * 1e6)

  return {
    nodeId,
    contact: isReached ? { firstSeen: at, lastSeen: at, discoveryType } : undefined,
    identity: identity === null ? undefined : { at, agentVersion: identity.agentVersion, protocolVersion: identity.protocolVersion, latencyNs },
    place: place === null ? undefined : nodePlaceOf(place, at),
    tried: { at, outcome }
  }
}

function nodePlaceOf ({ country, asn, organisation, cloud }: VisitPlace, at: string): NonNullable<NodeState['place']> {
  const known = (text: string): string | null => text === '' ? null : text

  return { at, country: known(country), asn: asn === 0 ? null : asn, organisation: known(organisation), cloud: known(cloud) }
}

function addNetwork (networks: NetworkRow[], row: NetworkRow): void {
  const known = networks.find(({ network }) => network === row.network)

  if (known === undefined) {
    networks.push(row)
  } else {
    known.firstSeen = row.firstSeen < known.firstSeen ? row.firstSeen : known.firstSeen
    known.lastSeen = row.lastSeen > known.lastSeen ? row.lastSeen : known.lastSeen
  }
}

/** Each address once, with its last sighting. */
function inOrder (sightings: SightedAddress[]): readonly SightedAddress[] {
  // Already sorted and unique, as with a single visit of the peer.
  if (sightings.every(({ multiaddr }, i) => i === 0 || (sightings[i - 1]?.multiaddr ?? '') < multiaddr)) {
    return sightings
  }

  sightings.sort((a, b) => compare(a.multiaddr, b.multiaddr) || a.seenMs - b.seenMs)

  return sightings.filter(({ multiaddr }, i) => sightings[i + 1]?.multiaddr !== multiaddr)
}

function compareVisits (a: VisitRow, b: VisitRow): number {
  return a.crawlId - b.crawlId || compare(a.scan, b.scan) || compare(a.nodeId, b.nodeId) || compare(a.source, b.source) || a.attempt - b.attempt
}

function compare (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
