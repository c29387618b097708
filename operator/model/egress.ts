// Where pods may connect to: the egress rules of their network policies, which hold even where a process is deceived.
import { cidrOf, embedded, isWithin } from '../../core/cidr.ts'
import { bareHost } from '../../core/host-port.ts'
import { FORBIDDEN_RANGES, GLOBAL_UNICAST, METADATA_RANGES, NAT64, PRIVATE_RANGES, SIX_TO_FOUR } from '../../core/ip-ranges.ts'
import type { ClusterSpec, KafkaAccess } from './world.ts'

/** One rule of a network policy. Without `to` it holds for every address. */
export interface EgressRule {
  to?: readonly object[]
  ports?: readonly { port: number, protocol: 'TCP' | 'UDP' }[]
}

/** Which addresses the scans of a PeerProbe dial. */
export interface Dialled { public: boolean, private: boolean }

interface Server { host: string, port: number }

// Without an address: a name server may be anywhere, that of some clouds has the address of their metadata service.
const NAMES: EgressRule = { ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] }

const ANY_IPV4 = '0.0.0.0/0'
const ANY_IPV6 = '::/0'

// IPv6 addresses that lead to IPv4 ones.
const EMBEDDING = [NAT64, SIX_TO_FOUR]

/** What crawlers may reach: names, Kafka, and the addresses that they dial themselves. */
export function crawlerEgress ({ kafka, scans }: ClusterSpec, access: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  const policies = scans.map(({ addresses }) => addresses.policy)
  const dialled = { public: policies.some(policy => policy !== 'Private'), private: policies.some(policy => policy !== 'Public') }

  return [NAMES, ...kafkaRules(kafka, access), { to: peerBlocks(dialled) }]
}

/** What all other pods may reach: names, Kafka and the database. */
export function othersEgress ({ kafka, mysql }: ClusterSpec, access: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  return [NAMES, ...kafkaRules(kafka, access), ...serverRules([mysql])]
}

/** Whether a host is an address of a metadata service, however it is written. */
export function isMetadata (host: string): boolean {
  const cidr = cidrOf(bareHost(host))

  return cidr !== undefined && METADATA.some(range => isWithin(cidr, range))
}

// Strimzi names where its brokers are first asked for: they themselves have other addresses.
function kafkaRules ({ strimzi }: ClusterSpec['kafka'], { bootstrapServers }: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  const servers = bootstrapServers.map((server): Server => ({ host: server.slice(0, server.lastIndexOf(':')), port: Number(server.slice(server.lastIndexOf(':') + 1)) }))

  return strimzi === undefined ? serverRules(servers) : byPort(servers)
}

/** By address where that is known, else by port wherever it is but at a metadata service. */
function serverRules (servers: readonly Server[]): EgressRule[] {
  const known = servers.map(({ host, port }) => ({ host, port, cidr: cidrOf(bareHost(host)) }))
  const rules = known.flatMap(({ host, port, cidr }): EgressRule[] => cidr === undefined || isMetadata(host) ? [] : [{ to: [{ ipBlock: { cidr } }], ports: [{ port, protocol: 'TCP' }] }])

  return [...rules, ...byPort(known.filter(({ cidr }) => cidr === undefined))]
}

function byPort (servers: readonly Server[]): EgressRule[] {
  const ports = [...new Set(servers.map(({ port }) => port))].sort((a, b) => a - b)

  return ports.length === 0 ? [] : [{ to: SOMEWHERE, ports: ports.map(port => ({ port, protocol: 'TCP' as const })) }]
}

const METADATA = [...METADATA_RANGES.ipv4, ...METADATA_RANGES.ipv6, ...EMBEDDING.flatMap(under => METADATA_RANGES.ipv4.map(cidr => embedded(cidr, under)))]

// Some networks (Cilium's) match no pod of the cluster by its address.
const SOMEWHERE = [{ namespaceSelector: {} }, block(ANY_IPV4, METADATA), block(ANY_IPV6, METADATA)]

/** The addresses that the process dials (`crawler/visit/ip-class.ts`), but for Teredo, which no CIDR can describe: none of it. */
function peerBlocks (dialled: Dialled): object[] {
  const ipv4 = ipv4Blocks(dialled)
  const refused = dialled.private ? FORBIDDEN_RANGES : { ipv4: [...FORBIDDEN_RANGES.ipv4, ...PRIVATE_RANGES.ipv4], ipv6: FORBIDDEN_RANGES.ipv6 }
  const translated = (under: string): string[] => refused.ipv4.map(cidr => embedded(cidr, under))

  return [
    ...ipv4.map(cidr => block(cidr, refused.ipv4)),
    ...dialled.public ? [block(GLOBAL_UNICAST, [...refused.ipv6, ...translated(SIX_TO_FOUR)]), block(NAT64, translated(NAT64))] : [],
    ...dialled.private ? PRIVATE_RANGES.ipv6.map(cidr => block(cidr, refused.ipv6)) : [],
    ...dialled.private && !dialled.public ? EMBEDDING.flatMap(under => ipv4.map(cidr => block(embedded(cidr, under), translated(under)))) : []
  ]
}

function ipv4Blocks (dialled: Dialled): readonly string[] {
  return dialled.public ? [ANY_IPV4] : PRIVATE_RANGES.ipv4
}

// The API server refuses exceptions that are not inside.
function block (cidr: string, except: readonly string[]): object {
  const inside = except.filter(range => isWithin(range, cidr))

  return { ipBlock: { cidr, ...inside.length === 0 ? {} : { except: inside } } }
}
