import { isContacted } from '../../core/contracts/outcome.ts'
// From a batch of visits to the rows of one transaction: one row for each key, in the order of the
// keys, so that two writers that meet take their locks in the same order.
import { mergeNodeStates } from './node-state.ts'
import { TextFitter } from './safe-text.ts'
import { toStoreTime } from './store-time.ts'
import { visitRowOf } from './visit-row.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { Coalescer, SightedAddress } from './coalescer.ts'
import type { NodeState } from './node-state.ts'
import type { VisitRow } from './visit-row.ts'

/** A peer met in a network; times as in the database. */
export interface NetworkRow {
  nodeId: string
  network: string
  firstSeen: string
  lastSeen: string
}

/** What one batch of visits writes. */
export interface Rows {
  visits: readonly VisitRow[]

  /** One for each peer, also for those that were not reached. */
  nodes: readonly NodeState[]

  networks: readonly NetworkRow[]
  addresses: readonly SightedAddress[]

  /** Texts that were cut to fit their columns. */
  cuts: number

  /** Addresses whose last_seen is not written again. */
  coalesced: number
}

/** The rows of a batch, in the order in which they are written. */
export function toRows (visits: readonly Visit[], coalescer: Coalescer): Rows {
  const fitter = new TextFitter()
  const gathered: Gathered = { nodes: new Map(), networks: new Map(), addresses: new Map() }
  const visitRows = visits.map((visit) => {
    const row = visitRowOf(visit, fitter)
    gather(gathered, row, toStoreTime(visit.startedAt))

    return row
  })
  const sightings = inOrder(gathered.addresses)
  const addresses = sightings.filter(sighting => !coalescer.covers(sighting))

  return {
    visits: visitRows.sort(compareVisits),
    nodes: [...gathered.nodes.values()].sort((a, b) => compare(a.nodeId, b.nodeId)),
    networks: [...gathered.networks.values()].sort((a, b) => compare(a.nodeId, b.nodeId) || compare(a.network, b.network)),
    addresses,
    cuts: fitter.cuts,
    coalesced: sightings.length - addresses.length
  }
}

// Who came to us has another port each time, where nobody answers: what stays is the IP address. The visit tells the whole.
const CAME_BY_ITSELF: ReadonlySet<string> = new Set(['inbound', 'connected'])
const IP = /^(?:\/ip6zone\/[^/]+)?\/ip[46]\/[^/]+/

interface Gathered {
  nodes: Map<string, NodeState>
  networks: Map<string, NetworkRow>

  /** By peer, then by address: most rows are these, so that they are sorted peer by peer. */
  addresses: Map<string, Map<string, SightedAddress>>
}

function gather ({ nodes, networks, addresses }: Gathered, row: VisitRow, at: string): void {
  const { nodeId, network, startedAtMs } = row
  const isReached = isContacted(row.outcome)
  const known = nodes.get(nodeId)
  const state = nodeStateOf(row, at, isReached)
  nodes.set(nodeId, known === undefined ? state : mergeNodeStates(known, state))

  if (!isReached) {
    return
  }

  addNetwork(networks, { nodeId, network, firstSeen: at, lastSeen: at })

  const ofPeer = addresses.get(nodeId) ?? new Map<string, SightedAddress>()
  addresses.set(nodeId, ofPeer)

  for (const multiaddr of addressesOf(row)) {
    addAddress(ofPeer, { nodeId, multiaddr, seenMs: startedAtMs })
  }
}

function addressesOf ({ source, connection, identity }: VisitRow): string[] {
  const answered = connection === null ? [] : CAME_BY_ITSELF.has(source) ? IP.exec(connection.address) ?? [] : [connection.address]

  return [...answered, ...identity?.listenAddresses ?? []]
}

function nodeStateOf ({ nodeId, outcome, discoveryType, identity, latencyMs }: VisitRow, at: string, isReached: boolean): NodeState {
  const latencyNs = latencyMs === null ? null : Math.round(latencyMs * 1e6)

  return {
    nodeId,
    contact: isReached ? { firstSeen: at, lastSeen: at, discoveryType } : undefined,
    identity: identity === null ? undefined : { at, agentVersion: identity.agentVersion, protocolVersion: identity.protocolVersion, latencyNs },
    tried: { at, outcome }
  }
}

function addNetwork (networks: Map<string, NetworkRow>, row: NetworkRow): void {
  const key = `${row.nodeId} ${row.network}`
  const known = networks.get(key)

  if (known === undefined) {
    networks.set(key, row)
  } else {
    known.firstSeen = row.firstSeen < known.firstSeen ? row.firstSeen : known.firstSeen
    known.lastSeen = row.lastSeen > known.lastSeen ? row.lastSeen : known.lastSeen
  }
}

function addAddress (ofPeer: Map<string, SightedAddress>, sighting: SightedAddress): void {
  const known = ofPeer.get(sighting.multiaddr)

  if (known === undefined) {
    ofPeer.set(sighting.multiaddr, sighting)
  } else if (sighting.seenMs > known.seenMs) {
    known.seenMs = sighting.seenMs
  }
}

function inOrder (addresses: Gathered['addresses']): SightedAddress[] {
  return [...addresses].sort(([a], [b]) => compare(a, b)).flatMap(([, ofPeer]) => [...ofPeer.values()].sort((a, b) => compare(a.multiaddr, b.multiaddr)))
}

function compareVisits (a: VisitRow, b: VisitRow): number {
  return a.crawlId - b.crawlId || compare(a.scan, b.scan) || compare(a.nodeId, b.nodeId) || compare(a.source, b.source) || a.attempt - b.attempt
}

function compare (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
