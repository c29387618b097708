// Visits like those of a crawl of Amino: six announced addresses of a Kubo node, one of which answered, about
// twenty agent versions, eight protocols.
import { hash } from 'node:crypto'
import { VISIT_TYPE, visitIdOf } from '../../../core/contracts/visit.ts'
import { toBase58 } from '../../../crawler/peer/base58.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

/** Addresses that each peer of the load announces. */
export const ADDRESSES = 6

const SCAN = 'bench/bench/main'
const AGENTS = 20
const PROTOCOLS = ['/ipfs/bitswap/1.2.0', '/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0', '/ipfs/kad/1.0.0', '/ipfs/ping/1.0.0', '/libp2p/autonat/1.0.0', '/libp2p/circuit/relay/0.2.0/hop', '/meshsub/1.1.0']

// An Ed25519 key inlined in its id: type, length, the key's protobuf head.
const KEY_HEAD = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)

/** The visit of one peer in the crawl that starts at `crawlId`. */
export function loadVisit (peer: number, crawlId: number): Visit {
  const nodeId = peerIdOf(peer)
  const ip = `192.0.${String((peer >> 8) & 0xff)}.${String(peer & 0xff)}`
  const port = 1_024 + peer % 60_000
  const listenAddresses = [
    `/ip4/${ip}/tcp/${String(port)}`,
    `/ip4/${ip}/udp/${String(port)}/quic-v1`,
    `/ip4/${ip}/udp/${String(port)}/quic-v1/webtransport`,
    `/ip6/2001:db8::${peer.toString(16)}/tcp/${String(port)}`,
    `/ip6/2001:db8::${peer.toString(16)}/udp/${String(port)}/quic-v1`,
    `/ip4/${ip}/tcp/${String(port)}/ws`
  ]
  const address = listenAddresses[0] ?? ''
  const key = { scan: SCAN, crawlId, nodeId, source: 'routing-table' as const, attempt: 1 }

  return {
    version: 1,
    visitId: visitIdOf(key),
    ...key,
    network: 'ipfs',
    discoveryType: 'active',
    lane: 'fast',
    startedAt: new Date(crawlId * 1_000 + peer % 600_000).toISOString(),
    durationMs: 120 + peer % 400,
    outcome: 'ok',
    addresses: listenAddresses,
    moreAddresses: 0,
    attempts: [{ address, outcome: 'ok', durationMs: 80 }],
    connection: { address, transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
    identify: { protocolVersion: 'ipfs/0.1.0', agentVersion: `kubo/0.${String(20 + peer % AGENTS)}.0/`, protocols: PROTOCOLS, listenAddresses, observedAddress: '/ip4/198.51.100.7/tcp/4001' },
    latencyMs: 10 + peer % 200,
    routingTable: { queries: 12, failed: 0, peers: 240 }
  }
}

/** A visit as a crawler publishes it. */
export function loadMessage (visit: Visit): OutgoingMessage {
  return {
    key: visit.nodeId,
    value: Buffer.from(JSON.stringify(visit)),
    headers: { ce_id: visit.visitId, ce_type: VISIT_TYPE, ce_source: visit.scan, ce_time: visit.startedAt, ce_specversion: '1.0' }
  }
}

function peerIdOf (peer: number): string {
  return toBase58(Buffer.concat([KEY_HEAD, hash('sha256', `peer ${String(peer)}`, 'buffer')]))
}
