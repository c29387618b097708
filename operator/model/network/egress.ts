// Where pods may connect to: the egress rules of their network policies, which apply even when a
// process is tricked into connecting elsewhere.
import { defined } from '../../../core/defined.ts'
import { canonicalCidr, cidrOf, embedded, isWithin } from '../../../core/ip/cidr.ts'
import { FORBIDDEN_RANGES, GLOBAL_UNICAST, METADATA_RANGES, NAT64, PRIVATE_RANGES, SIX_TO_FOUR } from '../../../core/ip/ip-ranges.ts'
import { bareHost } from '../../../core/text/host-port.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ClusterSpec, KafkaAccess } from '../probe/cluster-probe.ts'

/** One rule of a network policy. Without `to` it applies to every address. */
export interface EgressRule {
  to?: readonly object[]
  ports?: readonly { port: number, protocol: 'TCP' | 'UDP' }[]
}

/** Which addresses a scan dials. */
interface Dialled { public: boolean, private: boolean }

interface Server { host: string, port: number }

// No address is given: a name server may be anywhere, and in some clouds it has the address of the metadata service.
const NAMES: EgressRule = { ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] }

const ANY_IPV4 = '0.0.0.0/0'
const ANY_IPV6 = '::/0'

// IPv6 addresses that map to IPv4 addresses.
const EMBEDDING = [NAT64, SIX_TO_FOUR]
const IPV4_MAPPED = '::ffff:0:0/96'

/** What the crawler of one scan may reach: DNS, Kafka, and the addresses that it dials. */
export function crawlerEgress (kafka: ClusterSpec['kafka'], { policy, deny }: ScanSpec['addresses'], access: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  const to = peerBlocks({ public: policy !== 'Private', private: policy !== 'Public' }, deny)

  // A rule without addresses would apply to all addresses.
  return [NAMES, ...kafkaRules(kafka, access), ...to.length === 0 ? [] : [{ to }]]
}

/** What all other pods may reach: DNS, Kafka and the database. */
export function othersEgress ({ kafka, mysql }: ClusterSpec, access: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  return [NAMES, ...kafkaRules(kafka, access), ...serverRules([mysql])]
}

/** What a backup may reach: DNS and the database. */
export function backupEgress ({ mysql }: Pick<ClusterSpec, 'mysql'>): EgressRule[] {
  return [NAMES, ...serverRules([mysql])]
}

/** Whether a host is an address of a metadata service, in any notation. */
export function isMetadata (host: string): boolean {
  const cidr = cidrOf(bareHost(host))

  return cidr !== undefined && METADATA.some(range => isWithin(cidr, range))
}

// Strimzi reports the bootstrap address; the brokers themselves have other addresses.
function kafkaRules ({ strimzi }: ClusterSpec['kafka'], { bootstrapServers }: Pick<KafkaAccess, 'bootstrapServers'>): EgressRule[] {
  const servers = bootstrapServers.map((server): Server => ({ host: server.slice(0, server.lastIndexOf(':')), port: Number(server.slice(server.lastIndexOf(':') + 1)) }))

  return strimzi === undefined ? serverRules(servers) : byPort(servers)
}

/** By address if it is known, otherwise by port at any address except a metadata service. */
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

// Some networks (Cilium) do not match pods of the cluster by address.
const SOMEWHERE = [{ namespaceSelector: {} }, ...block(ANY_IPV4, METADATA), ...block(ANY_IPV6, METADATA)]

/**
 * The addresses that the process dials (`crawler/address/ip-class.ts`, `crawler/address/address-policy.ts`). Teredo is left out,
 * because no CIDR can describe the addresses inside it.
 */
function peerBlocks (dialled: Dialled, deny: readonly string[]): object[] {
  const denied = deny.map(canonicalCidr).filter(cidr => !isWithin(cidr, IPV4_MAPPED))
  const ipv4 = dialled.public ? [ANY_IPV4] : PRIVATE_RANGES.ipv4
  const refused = [...FORBIDDEN_RANGES.ipv4, ...dialled.private ? [] : PRIVATE_RANGES.ipv4, ...denied.filter(cidr => isWithin(cidr, ANY_IPV4))]
  const ipv6 = [...FORBIDDEN_RANGES.ipv6, ...denied]
  const translated = (under: string): string[] => [...ipv6, ...refused.map(cidr => embedded(cidr, under))]

  return [
    ...ipv4.flatMap(cidr => block(cidr, refused)),
    ...dialled.public ? [...block(GLOBAL_UNICAST, translated(SIX_TO_FOUR)), ...block(NAT64, translated(NAT64))] : [],
    ...dialled.private ? PRIVATE_RANGES.ipv6.flatMap(cidr => block(cidr, ipv6)) : [],
    ...dialled.private && !dialled.public ? EMBEDDING.flatMap(under => ipv4.flatMap(cidr => block(embedded(cidr, under), translated(under)))) : []
  ]
}

// The API server refuses an exception that is not inside the block or that covers all of it. IPv4-mapped addresses are sent as IPv4.
function block (cidr: string, except: readonly string[]): object[] {
  if (except.some(range => isWithin(cidr, range))) {
    return []
  }

  const inside = [...new Set(except.filter(range => isWithin(range, cidr)))]

  return [{ ipBlock: { cidr, ...defined({ except: inside.length === 0 ? undefined : inside }) } }]
}
