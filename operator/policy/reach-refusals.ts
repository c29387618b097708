import { bareHost } from '../../core/text/host-port.ts'
import { isCoveredHost } from './key-patterns.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { NamespacePolicy } from './cluster-policy.ts'
import type { Refusal } from './refusal.ts'

/** Addresses beyond what is allowed: an author whose pods reach the cluster's networks can find out what answers there. */
export function reachRefusals ({ spec: { scans, kafka, mysql } }: ClusterProbe, { privateAddresses, servers }: NamespacePolicy): Refusal[] {
  const named: [string, string][] = [['spec.mysql.host', mysql.host], ...(kafka.brokers ?? []).map((broker, i): [string, string] => [`spec.kafka.brokers[${String(i)}]`, broker.slice(0, broker.lastIndexOf(':'))])]

  return [
    ...scans.flatMap(({ addresses: { policy } }, i) => policy === 'Public' || privateAddresses
      ? []
      : [{ field: `spec.scans[${String(i)}].addresses.policy`, why: `${policy} dials private networks, including the cluster's own`, setting: 'privateAddresses: true' }]),
    ...named.map(([field, host]) => ({ field, host: bareHost(host) })).filter(({ host }) => !isCoveredHost(servers, host)).map(({ field, host }) => (
      { field, why: `${host} is not an allowed server`, setting: `servers: [${JSON.stringify(host)}]` }
    ))
  ]
}
