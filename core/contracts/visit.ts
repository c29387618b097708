import { hash } from 'node:crypto'
import { z } from 'zod'
import { OUTCOME_NAMES } from './outcome.ts'
import { Place } from './place.ts'

/** CloudEvents type of a {@link Visit} message. */
export const VISIT_TYPE = 'dev.peerprobe.visit.v1'

/**
 * Limits of the messages. A message over `bytes` becomes a dead letter; the builder cuts lists and texts to the other limits.
 *
 * `listBytes` is the limit of go-libp2p and js-libp2p for one identify message: a peer within it is never cut.
 */
export const MESSAGE_LIMITS = {
  bytes: 65_536,
  visitBytes: 24_576,
  listBytes: 8_192,
  addresses: 128,
  attempts: 128,
  protocols: 256,
  addressChars: 512,
  protocolChars: 256,
  agentChars: 512,
  detailChars: 256
} as const

/** How a peer was found: we dialled it, or it connected to us. */
export const DISCOVERY_TYPES = ['active', 'passive'] as const

/**
 * Source of a peer's first mention in the crawl, or `confirmation` for a visit that checks a failure (active); or how it connected to
 * us (passive).
 */
export const SOURCES = ['bootstrap', 'routing-table', 'known', 'connected', 'mdns', 'inbound', 'confirmation'] as const

/** One of {@link SOURCES}. */
export type Source = typeof SOURCES[number]

/** Transports of connections. */
export const TRANSPORTS = ['tcp', 'quic-v1', 'quic', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'webrtc', 'relay', 'other'] as const

/** One of {@link TRANSPORTS}. */
export type Transport = typeof TRANSPORTS[number]

/**
 * The client of the visit: the crawl's client for TCP, WebSocket and relays (`fast`), its QUIC client (`quic`), or a connection
 * of the passive node (`passive`). Earlier versions called the latter `full`; their messages are still read.
 */
export const LANES = ['fast', 'quic', 'full', 'passive'] as const

/** One of {@link LANES}. */
export type Lane = typeof LANES[number]

/** Peer id text as libp2p prints it: base58btc of the multihash (`12D3Koo…`, `16Uiu2…`, `Qm…`). */
export const PeerIdText = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{8,128}$/, 'must be a peer id').max(128)

/** An instant as RFC 3339 in UTC with milliseconds. */
export const Timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'must be an RFC 3339 time in UTC with milliseconds').max(24)

const Text = (limit: number): z.ZodString => z.string().max(limit)
const AddressText = Text(MESSAGE_LIMITS.addressChars)
const ProtocolText = Text(MESSAGE_LIMITS.protocolChars)
const Milliseconds = z.number().min(0).max(86_400_000)
const CountInt = z.int().min(0).max(4_294_967_295)
const OutcomeName = z.enum(OUTCOME_NAMES)

/** The identity of a scan in messages: `namespace/probe/scan`. */
export const ScanId = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9.]*[a-z0-9])?){2}$/, 'must be namespace/probe/scan').max(380)

/** Start of a crawl in epoch seconds, unique in its scan and type. */
export const CrawlId = z.int().min(0).max(4_294_967_295)

/**
 * One visit to one peer: the attempts, the connection, and the peer's data.
 *
 * The message of topic `ipfs-nodes`, keyed by `nodeId`. Readers ignore fields that they do not know.
 */
export const Visit = z.object({
  version: z.literal(1).describe('Version of this message. Readers accept it and refuse higher ones.'),
  visitId: z.string().regex(/^[0-9a-f]{32}$/).max(32).describe('First 16 bytes of SHA-256 over scan, crawlId, nodeId, source and attempt, in hex: the same visit always has the same id.'),
  scan: ScanId.describe('The scan that made the visit: namespace/probe/scan.'),
  network: Text(64).describe('Preset name, or the custom network\'s name.'),
  vantage: Text(64).optional().describe('Place from which the peer was visited, as configured in the scan.'),
  crawlId: CrawlId.describe('Start of the crawl in epoch seconds; for a passive sighting the start of its 10-minute window.'),
  attempt: z.int().min(1).max(4).describe('2 for a second visit in the same crawl: after a failure, at a new address, or of a peer that lists a DHT protocol that was learnt later. 3 and 4 for confirmations: visits of a peer that the crawl before contacted and that failed in this one.'),
  nodeId: PeerIdText.describe('Peer id as libp2p prints it.'),
  discoveryType: z.enum(DISCOVERY_TYPES).describe('Whether we dialled the peer or it connected to us.'),
  source: z.enum(SOURCES).describe('Source of the peer\'s first mention, or how it connected to us; confirmation for a visit that checks a failure.'),
  lane: z.enum(LANES).optional().describe('Client of the visit: fast (the crawl\'s client for TCP, WebSocket and relays), quic (its QUIC client) or passive (a connection of the passive node; full in earlier versions).'),
  startedAt: Timestamp.describe('Start of the visit by the crawler\'s clock.'),
  durationMs: Milliseconds.describe('How long the visit took.'),
  outcome: OutcomeName.describe('Outcome of the visit: that of the attempt that got furthest.'),
  detail: Text(MESSAGE_LIMITS.detailChars).optional().describe('Text of the error, where the outcome alone is not clear.'),
  addresses: z.array(AddressText).max(MESSAGE_LIMITS.addresses).describe('Multiaddrs known for the peer, without duplicates.'),
  moreAddresses: CountInt.default(0).describe('Number of known addresses left out of the list.'),
  attempts: z.array(z.object({
    address: AddressText.describe('The multiaddr dialled.'),
    outcome: OutcomeName.describe('Outcome of this dial.'),
    durationMs: Milliseconds.describe('How long it took.')
  })).max(MESSAGE_LIMITS.attempts).describe('One entry for each address tried, in the order in which they ended.'),
  moreAttempts: CountInt.optional().describe('Number of entries left out, if any.'),
  shortened: z.boolean().optional().describe('Whether the lists and the identify data were left out, because the data of its subnet or of all peers exceeded the limit of a crawl.'),
  connection: z.object({
    address: AddressText.describe('The multiaddr that answered.'),
    transport: z.enum(TRANSPORTS).describe('Transport of the connection.'),
    security: Text(64).optional().describe('Security protocol, such as /noise.'),
    muxer: Text(64).optional().describe('Stream multiplexer, such as /yamux/1.0.0.'),
    limited: z.boolean().default(false).describe('Whether a relay limits the connection.')
  }).optional().describe('The connection, if one was established.'),
  place: Place.optional().describe('Where the address that answered (active) or that came (passive) is, by the files of the crawler. Absent without contact, by a relay (its address is not the peer\'s), for private addresses that no file has, without files, and from older crawlers.'),
  identify: z.object({
    protocolVersion: Text(MESSAGE_LIMITS.agentChars).optional().describe('Protocol version that the peer reports.'),
    agentVersion: Text(MESSAGE_LIMITS.agentChars).optional().describe('Agent version that the peer reports.'),
    protocols: z.array(ProtocolText).max(MESSAGE_LIMITS.protocols).describe('Protocols that it serves, sorted, without duplicates.'),
    moreProtocols: CountInt.optional().describe('Number of protocols left out, if any.'),
    listenAddresses: z.array(AddressText).max(MESSAGE_LIMITS.addresses).describe('Addresses that it announces.'),
    moreAddresses: CountInt.optional().describe('Number of entries left out, if any.'),
    observedAddress: AddressText.optional().describe('Our address as the peer sees it.'),
    recordSequence: z.string().regex(/^[0-9]{1,20}$/).optional().describe('Sequence number of its signed peer record, as decimal text (64 bits).')
  }).optional().describe('Identify data of the peer; only when identified.'),
  latencyMs: Milliseconds.optional().describe('Round-trip time: the minimum of the visit\'s measurements.'),
  latencyErrorMs: Milliseconds.optional().describe('By how much the round trip may have been shorter than `latencyMs`, because the crawler was busy when the answer arrived. Absent where unknown: from older crawlers, and where another library measured.'),
  routingTable: z.object({
    queries: CountInt.describe('FIND_NODE requests sent.'),
    failed: CountInt.describe('FIND_NODE requests without a usable answer.'),
    peers: CountInt.describe('Distinct peers in the answers.')
  }).optional().describe('Result of reading its routing table; only when it was read.')
}).describe('One visit to one peer.')

/** {@inheritDoc Visit} */
export type Visit = z.output<typeof Visit>

/** The fields that identify a visit. */
export interface VisitKey { scan: string, crawlId: number, nodeId: string, source: string, attempt: number }

/** The id of a visit: the same visit always has the same id, however often it is sent. */
export function visitIdOf ({ scan, crawlId, nodeId, source, attempt }: VisitKey): string {
  return hash('sha256', `${scan}|${String(crawlId)}|${nodeId}|${source}|${String(attempt)}`, 'hex').slice(0, 32)
}
