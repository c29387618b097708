import type { Contact, NodeState } from './node-state.ts'

/** Columns of node_info that follow from the visits, in the order of {@link NodeValues}. */
export const NODE_COLUMNS = [
  'protocol_version',
  'agent_version',
  'discovery_type',
  'latency',
  'last_seen',
  'first_seen',
  'identified_at',
  'last_tried',
  'last_outcome'
] as const

type Text = string | null

/** Values of {@link NODE_COLUMNS}; times as in the database. */
export type NodeValues = readonly [Text, Text, string, number | null, string, string, Text, string, string]

/** State of a peer that has a row, and so was reached. */
export type KnownNode = NodeState & { contact: Contact }

/** The state that a row stands for. */
export function nodeStateOf (nodeId: string, values: NodeValues): KnownNode {
  const [protocolVersion, agentVersion, discoveryType, latencyNs, lastSeen, firstSeen, identifiedAt, at, outcome] = values

  return {
    nodeId,
    contact: { firstSeen, lastSeen, discoveryType },
    identity: identifiedAt === null ? undefined : { at: identifiedAt, agentVersion, protocolVersion, latencyNs },
    tried: { at, outcome }
  }
}

/** The row of a peer that was reached. */
export function nodeValuesOf ({ contact: { discoveryType, lastSeen, firstSeen }, identity, tried }: KnownNode): NodeValues {
  return [
    identity?.protocolVersion ?? null,
    identity?.agentVersion ?? null,
    discoveryType,
    identity?.latencyNs ?? null,
    lastSeen,
    firstSeen,
    identity?.at ?? null,
    tried.at,
    tried.outcome
  ]
}
