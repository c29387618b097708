import { z } from 'zod'
import { DurationText } from '../time/duration.ts'

const IPV4_CIDR = String.raw`(\d{1,3}\.){3}\d{1,3}/\d{1,2}`
const IPV6_CIDR = String.raw`[0-9a-fA-F:.]+/\d{1,3}`

/** A range of IP addresses: `10.0.0.0/8`, `fd00::/8`. */
const Cidr = z.string().max(64).regex(new RegExp(`^(${IPV4_CIDR}|${IPV6_CIDR})$`), 'must be a CIDR such as 10.0.0.0/8 or fd00::/8')

/** Name of a scan, a DNS label: it becomes part of object names. */
const ScanName = z.string().min(1).max(40).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')

const Multiaddr = z.string().min(2).max(512).regex(/^\/[\x21-\x7e]+$/, 'must be a multiaddr such as /dnsaddr/bootstrap.libp2p.io/p2p/Qm… or /ip4/…/tcp/4001/p2p/12D3Koo…')
const ProtocolId = z.string().min(2).max(128).regex(/^\/[\x21-\x7e]+$/, 'must be a protocol id such as /ipfs/kad/1.0.0')

/** The network that a scan crawls: a preset by name, or a custom network. */
export const ScanNetwork = z.strictObject({
  preset: z.string().min(1).max(64).optional().describe('Name of a preset, such as ipfs or filecoin.'),
  name: z.string().max(64).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens').optional().describe('Name of a custom network, stored with each of its peers.'),
  bootstrapPeers: z.array(Multiaddr).min(1).max(64).optional().describe('Multiaddrs with /p2p/<id> where each crawl of a custom network starts.'),
  protocols: z.array(ProtocolId).max(8).optional().describe('Kademlia protocol ids of a custom network; when absent they are learnt from identify: those of bootstrap peers, and those of peers that have answered by a known one.')
}).refine(({ preset, name, bootstrapPeers }) => (preset === undefined) !== (name === undefined && bootstrapPeers === undefined), {
  message: 'give either preset, or name and bootstrapPeers'
}).refine(({ preset, protocols }) => preset === undefined || protocols === undefined, { path: ['protocols'], message: 'a preset has its own protocols' }).refine(({ preset, name, bootstrapPeers }) => preset !== undefined || (name === undefined) === (bootstrapPeers === undefined), {
  message: 'a custom network needs name and bootstrapPeers'
}).describe('The network to crawl.')

/** Settings of the active crawl. */
const ActiveScan = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether to crawl the DHT.'),
  interval: DurationText.default('10m').describe('Time from the start of one crawl to the start of the next.'),
  strategy: z.enum(['Census', 'Topology']).default('Census').describe('Census sends each peer 2 queries and finds all peers; Topology reads its whole routing table.'),
  neighbours: z.boolean().default(false).describe('Whether the routing tables that a Topology crawl reads become a file of edges in the folder of the dump files. Needs strategy Topology and consumer.dump.enabled.'),
  concurrency: z.int().min(1).max(10_000).default(1_000).describe('Peers visited at the same time.'),
  dialTimeout: DurationText.default('5s').describe('Limit of one dial.'),
  visitTimeout: DurationText.default('15s').describe('Limit of one visit, with all dials and queries.'),
  maxPeers: z.int().min(1).max(10_000_000).default(500_000).describe('Maximum number of peers that one crawl visits.'),
  maxDuration: DurationText.default('1h').describe('Limit of one crawl.'),
  confirm: z.boolean().default(true).describe('Whether a peer that the crawl before contacted and that fails is visited again 20 and 60 seconds later, and whether peers that are gone are looked for until a day after their last contact. Without it, one failed dial looks like the end of a session.')
}).prefault({}).describe('Active discovery: crawl the DHT on an interval.')

/** Settings of the passive node. */
export const PassiveScan = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether to listen, serve the DHT and record the peers that connect.'),
  mdns: z.boolean().default(false).describe('Whether to find peers of the local network by multicast DNS.'),
  port: z.int().min(1).max(65_534).default(4_001).describe('Port that the node listens on, TCP and UDP; WebSocket listens on the next one.'),
  announce: z.array(Multiaddr).max(16).default([]).describe('Addresses that the node announces, when they differ from those it listens on.'),
  expose: z.strictObject({
    type: z.enum(['None', 'NodePort', 'LoadBalancer']).default('None').describe('Kind of Service that makes the node reachable.'),
    annotations: z.record(z.string().max(316), z.string().max(4_096)).optional().describe('Annotations of the Service.')
  }).prefault({}).describe('How the node is reachable from outside the cluster.')
}).prefault({}).describe('Passive discovery: a node that other peers connect to.')

/** The addresses that a scan may dial. */
export const ScanAddresses = z.strictObject({
  policy: z.enum(['Public', 'Private', 'Any']).default('Public').describe('Public dials only globally routed addresses; Private only those of private networks and loopback; Any both. Metadata and unspecified addresses are never dialled.'),
  deny: z.array(Cidr).max(64).default([]).describe('Ranges never dialled.'),
  maxDialsPerIP: z.int().min(1).max(1_024).default(4).describe('Concurrent dials to one IP address; more wait. Loopback is exempt.'),
  maxDialsPerSubnet: z.int().min(1).max(10_000).default(32).describe('Concurrent dials to one /24 (IPv4) or /64 (IPv6); more wait. Loopback is exempt.')
}).prefault({}).describe('Which addresses may be dialled.')

/** Why `active.neighbours` is refused. */
export const NEIGHBOURS_NEED_TOPOLOGY = 'needs active.strategy: Topology: a Census reads no whole routing table'

/**
 * The configuration of one scan. The CRD's `spec.scans[]` has this schema, and the crawler's
 * configuration file contains it unchanged: durations stay text.
 */
export const Scan = z.strictObject({
  name: ScanName.describe('Name of the scan, unique in its PeerProbe.'),
  network: ScanNetwork,
  vantage: z.string().min(1).max(64).regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces').optional().describe('Place of the crawler in the network; stored with every visit.'),
  contact: z.string().min(1).max(128).regex(/^[\x20-\x7e]+$/, 'must be printable ASCII').optional().describe('How operators of other peers reach you; part of the agent string that they see.'),
  active: ActiveScan,
  passive: PassiveScan,
  addresses: ScanAddresses
}).refine(({ active, passive }) => active.enabled || passive.enabled, { path: ['active', 'enabled'], message: 'a scan needs active.enabled or passive.enabled' })
  .refine(({ active }) => !active.neighbours || active.strategy === 'Topology', { path: ['active', 'neighbours'], message: NEIGHBOURS_NEED_TOPOLOGY })
  .describe('One scan of one network.')

/** {@inheritDoc Scan} */
export type Scan = z.output<typeof Scan>
