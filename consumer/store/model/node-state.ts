// The combined state of one peer's visits. The four parts are maxima over (time, value). So merging is commutative,
// associative and idempotent: any order and any repetition of the same visits ends in the same state. Every write
// of node_info goes through `mergeNodeStates`.
import { compareBytes } from './safe-text.ts'

/** State of one peer; times as in the database, where text order is time order. */
export interface NodeState {
  nodeId: string

  /** Absent until a visit reached the peer. */
  contact: Contact | undefined

  /** Absent until a visit identified the peer. */
  identity: Identity | undefined

  /** Absent until the address of a contact was looked up. */
  place: NodePlace | undefined

  /** The last visit, whatever its outcome. */
  tried: { at: string, outcome: string }
}

/** State of a peer that was reached, and so has a row. */
export type KnownNode = NodeState & { contact: Contact }

/** Whether any visit reached the peer. */
export function isReached (state: NodeState): state is KnownNode {
  return state.contact !== undefined
}

/** When a peer was reached. */
interface Contact {
  firstSeen: string
  lastSeen: string

  /** Discovery type of the last contact. */
  discoveryType: string
}

/** Identity that a peer reported, and when. */
interface Identity {
  at: string
  agentVersion: string | null
  protocolVersion: string | null
  latencyNs: number | null
}

/** Where a peer was last, and when; null where the files have no such column or do not know it. */
interface NodePlace {
  at: string
  country: string | null
  asn: number | null
  organisation: string | null
  cloud: string | null
}

/** Merges two states of one peer. The later value wins; at equal times the bytewise greater one. */
export function mergeNodeStates (a: KnownNode, b: NodeState): KnownNode
export function mergeNodeStates (a: NodeState, b: NodeState): NodeState
export function mergeNodeStates (a: NodeState, b: NodeState): NodeState {
  return {
    nodeId: a.nodeId,
    contact: mergeOptional(a.contact, b.contact, mergeContacts),
    identity: mergeOptional(a.identity, b.identity, mergeIdentities),
    place: mergeOptional(a.place, b.place, mergePlaces),
    tried: mergeTried(a.tried, b.tried)
  }
}

function mergeOptional<T> (a: T | undefined, b: T | undefined, merge: (a: T, b: T) => T): T | undefined {
  return a === undefined ? b : b === undefined ? a : merge(a, b)
}

function mergeContacts (a: Contact, b: Contact): Contact {
  return {
    firstSeen: a.firstSeen < b.firstSeen ? a.firstSeen : b.firstSeen,
    lastSeen: a.lastSeen > b.lastSeen ? a.lastSeen : b.lastSeen,
    discoveryType: a.lastSeen === b.lastSeen ? greaterText(a.discoveryType, b.discoveryType) : (a.lastSeen > b.lastSeen ? a : b).discoveryType
  }
}

function mergeIdentities (a: Identity, b: Identity): Identity {
  if (a.at !== b.at) {
    return a.at > b.at ? a : b
  }

  return {
    at: a.at,
    agentVersion: greaterOrNull(a.agentVersion, b.agentVersion, greaterText),
    protocolVersion: greaterOrNull(a.protocolVersion, b.protocolVersion, greaterText),
    latencyNs: greaterOrNull(a.latencyNs, b.latencyNs, Math.max)
  }
}

// As a whole: the number of one system with the name of another would be no place.
function mergePlaces (a: NodePlace, b: NodePlace): NodePlace {
  const textOf = ({ country, asn, organisation, cloud }: NodePlace): string => JSON.stringify([country, asn, organisation, cloud])

  return a.at === b.at ? (compareBytes(textOf(a), textOf(b)) >= 0 ? a : b) : a.at > b.at ? a : b
}

function mergeTried (a: NodeState['tried'], b: NodeState['tried']): NodeState['tried'] {
  if (a.at !== b.at) {
    return a.at > b.at ? a : b
  }

  return { at: a.at, outcome: greaterText(a.outcome, b.outcome) }
}

function greaterText (a: string, b: string): string {
  return compareBytes(a, b) >= 0 ? a : b
}

function greaterOrNull<T> (a: T | null, b: T | null, greater: (a: T, b: T) => T): T | null {
  return a === null ? b : b === null ? a : greater(a, b)
}
