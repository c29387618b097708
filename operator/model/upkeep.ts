import { crawlerEgress, othersEgress } from './egress.ts'
import { passivePorts } from './expose.ts'
import { KINDS } from './kinds.ts'
import { labelsFor, PROBE_LABEL, selectorFor } from './labels.ts'
import { consumerName, serviceAccountName } from './names.ts'
import { owned } from './owned.ts'
import { ADMIN_PORT } from './pod.ts'
import type { EgressRule } from './egress.ts'
import type { Component } from './labels.ts'
import type { Desired } from './owned.ts'
import type { ClusterProbe, KafkaAccess } from './world.ts'

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
 * What pods may reach: crawlers names, Kafka and what their scans dial, all others names, Kafka and the database.
 * Prometheus and the operator reach the admin port, everybody the passive nodes.
 */
export function networkPolicies (probe: ClusterProbe, access: Pick<KafkaAccess, 'bootstrapServers'>): Desired[] {
  const { metadata, spec } = probe
  const policy = (component: 'crawler' | 'consumer', egress: readonly EgressRule[], ports: object[] = []): Desired => owned(KINDS.networkPolicy, probe, `${metadata.name}-${component}`, {
    labels: labelsFor(metadata, component),
    spec: {
      podSelector: component === 'crawler' ? { matchLabels: selectorFor(metadata, component) } : othersOf(metadata),
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: ADMIN_PORT, protocol: 'TCP' }, ...ports] }],
      egress
    }
  })

  return [
    policy('crawler', crawlerEgress(spec, access), spec.scans.flatMap(passivePorts).map(({ port, protocol }) => ({ port, protocol }))),
    policy('consumer', othersEgress(spec, access))
  ]
}

// The jobs need what consumers need: in a namespace that forbids the rest they would reach neither Kafka nor the database.
function othersOf ({ name }: ClusterProbe['metadata']): object {
  return {
    matchLabels: { [PROBE_LABEL]: name },
    matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['consumer', 'prepare', 'retention', 'command'] satisfies Component[] }]
  }
}
