import type { StoredRecord } from '../records/record-column.ts'
import type { NodeRecord } from '../store/model/node-store.ts'

/** A peer as the files contain it: the columns of `NODE_COLUMNS`, in their order. */
export function nodeRecord (node: NodeRecord): StoredRecord {
  return {
    node_id: node.nodeId,
    protocol_version: node.protocolVersion,
    agent_version: node.agentVersion,
    discovery_type: node.discoveryType,
    latency: node.latencyNs,
    last_seen: node.lastSeen,
    first_seen: node.firstSeen,
    identified_at: node.identifiedAt,
    last_tried: node.lastTried,
    last_outcome: node.lastOutcome,
    country: node.country,
    asn: node.asn,
    organisation: node.organisation,
    cloud: node.cloud,
    placed_at: node.placedAt,
    addresses: node.addresses.map(({ multiaddr, lastSeen }) => ({ multiaddr, last_seen: lastSeen })),
    networks: node.networks.map(({ network, firstSeen, lastSeen }) => ({ network, first_seen: firstSeen, last_seen: lastSeen }))
  }
}
