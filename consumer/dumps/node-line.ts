import type { NodeRecord } from '../store/model/node-store.ts'

/** One line of an NDJSON dump: the columns of `node_info` by their names, with addresses and networks; times in RFC 3339. */
export function nodeLine (node: NodeRecord): string {
  return `${JSON.stringify({
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
    addresses: node.addresses.map(({ multiaddr, lastSeen }) => ({ multiaddr, last_seen: lastSeen })),
    networks: node.networks.map(({ network, firstSeen, lastSeen }) => ({ network, first_seen: firstSeen, last_seen: lastSeen }))
  })}\n`
}
