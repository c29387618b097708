import type { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { KnownNode } from './node-state.ts'

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
  'last_outcome',
  'country',
  'asn',
  'organisation',
  'cloud',
  'placed_at'
] as const

type Text = string | null
type Num = number | null

/** Values of {@link NODE_COLUMNS}; times as in the database. */
export type NodeValues = readonly [Text, Text, string, Num, string, string, Text, string, string, Text, Num, Text, Text, Text]

/** Checks the values of a row, which are in the order of {@link NODE_COLUMNS}. @throws ProbeError of the reader */
export function nodeValuesFrom (row: readonly unknown[], read: ColumnReader): NodeValues {
  return [
    read.textOrNull(row[0], 'protocol_version'),
    read.textOrNull(row[1], 'agent_version'),
    read.text(row[2], 'discovery_type'),
    read.numberOrNull(row[3], 'latency'),
    read.text(row[4], 'last_seen'),
    read.text(row[5], 'first_seen'),
    read.textOrNull(row[6], 'identified_at'),
    read.text(row[7], 'last_tried'),
    read.text(row[8], 'last_outcome'),
    read.textOrNull(row[9], 'country'),
    read.numberOrNull(row[10], 'asn'),
    read.textOrNull(row[11], 'organisation'),
    read.textOrNull(row[12], 'cloud'),
    read.textOrNull(row[13], 'placed_at')
  ]
}

/** The state that the values of a row describe. */
export function nodeStateOf (nodeId: string, values: NodeValues): KnownNode {
  const [protocolVersion, agentVersion, discoveryType, latencyNs, lastSeen, firstSeen, identifiedAt, at, outcome, ...place] = values
  const [country, asn, organisation, cloud, placedAt] = place

  return {
    nodeId,
    contact: { firstSeen, lastSeen, discoveryType },
    identity: identifiedAt === null ? undefined : { at: identifiedAt, agentVersion, protocolVersion, latencyNs },
    place: placedAt === null ? undefined : { at: placedAt, country, asn, organisation, cloud },
    tried: { at, outcome }
  }
}

/** The row of a peer that was reached. */
export function nodeValuesOf ({ contact: { discoveryType, lastSeen, firstSeen }, identity, place, tried }: KnownNode): NodeValues {
  return [
    identity?.protocolVersion ?? null,
    identity?.agentVersion ?? null,
    discoveryType,
    identity?.latencyNs ?? null,
    lastSeen,
    firstSeen,
    identity?.at ?? null,
    tried.at,
    tried.outcome,
    ...placeValuesOf(place)
  ]
}

function placeValuesOf (place: KnownNode['place']): readonly [Text, Num, Text, Text, Text] {
  return place === undefined ? [null, null, null, null, null] : [place.country, place.asn, place.organisation, place.cloud, place.at]
}
