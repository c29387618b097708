import { passivePorts } from './expose.ts'
import { KINDS } from './kinds.ts'
import { labelsFor, PROBE_LABEL, selectorFor } from './labels.ts'
import { consumerName, serviceAccountName } from './names.ts'
import { owned } from './owned.ts'
import { ADMIN_PORT } from './pod.ts'
import type { Component } from './labels.ts'
import type { Desired } from './owned.ts'
import type { ClusterProbe, KafkaAccess } from './world.ts'

// What no peer of a public network has: the cluster's own ranges, and the cloud's metadata service among them.
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16']
const PRIVATE_V6 = ['fc00::/7', 'fe80::/10']
const DNS = [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }]

/** The account of all pods: it may do nothing. */
export function serviceAccount (probe: ClusterProbe): Desired {
  return owned(KINDS.serviceAccount, probe, serviceAccountName(probe.metadata), { labels: labelsFor(probe.metadata, 'consumer'), automountServiceAccountToken: false })
}

/** Keeps one consumer at work while nodes are drained; only where there are several. */
export function disruptionBudget (probe: ClusterProbe): Desired[] {
  const { metadata, spec } = probe

  return spec.consumer.replicas < 2
    ? []
    : [owned(KINDS.disruptionBudget, probe, consumerName(metadata), {
        labels: labelsFor(metadata, 'consumer'),
        spec: { maxUnavailable: 1, selector: { matchLabels: selectorFor(metadata, 'consumer') } }
      })]
}

/**
 * What pods may reach: crawlers the world but not the cluster's private ranges, except names and Kafka; all others
 * names, Kafka and the database. Prometheus and the operator reach the admin port, everybody the passive nodes.
 */
export function networkPolicies (probe: ClusterProbe, { bootstrapServers }: Pick<KafkaAccess, 'bootstrapServers'>): Desired[] {
  const { metadata, spec } = probe
  const kafka = { ports: portsOf(bootstrapServers).map(port => ({ port, protocol: 'TCP' })) }
  const world = { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE } }, { ipBlock: { cidr: '::/0', except: PRIVATE_V6 } }] }
  const usesPrivate = spec.scans.some(({ addresses }) => addresses.policy !== 'Public')
  const policy = (component: 'crawler' | 'consumer', egress: object[], ports: object[] = []): Desired => owned(KINDS.networkPolicy, probe, `${metadata.name}-${component}`, {
    labels: labelsFor(metadata, component),
    spec: {
      podSelector: component === 'crawler' ? { matchLabels: selectorFor(metadata, component) } : othersOf(metadata),
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: ADMIN_PORT, protocol: 'TCP' }, ...ports] }],
      egress
    }
  })

  return [
    policy('crawler', [{ ports: DNS }, kafka, usesPrivate ? {} : world], spec.scans.flatMap(passivePorts).map(({ port, protocol }) => ({ port, protocol }))),
    policy('consumer', [{ ports: DNS }, kafka, { ports: [{ port: spec.mysql.port, protocol: 'TCP' }] }])
  ]
}

// The jobs need what consumers need: in a namespace that forbids the rest they would reach neither Kafka nor the database.
function othersOf ({ name }: ClusterProbe['metadata']): object {
  return {
    matchLabels: { [PROBE_LABEL]: name },
    matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['consumer', 'prepare', 'retention', 'command'] satisfies Component[] }]
  }
}

function portsOf (bootstrapServers: readonly string[]): number[] {
  return [...new Set(bootstrapServers.map(server => Number(server.slice(server.lastIndexOf(':') + 1))))].sort((a, b) => a - b)
}
