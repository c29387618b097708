import { KINDS } from './naming/kinds.ts'
import { labelsFor, selectorFor } from './naming/labels.ts'
import { consumerName, serviceAccountName } from './naming/names.ts'
import { owned } from './probe/owned.ts'
import type { ClusterProbe } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'

/** The ServiceAccount of all pods. It has no rights. */
export function serviceAccount (probe: ClusterProbe): Desired {
  return owned(KINDS.serviceAccount, probe, serviceAccountName(probe.metadata), { labels: labelsFor(probe.metadata, 'consumer'), automountServiceAccountToken: false })
}

/** Keeps one consumer running while nodes are drained; only for several consumers. */
export function disruptionBudget (probe: ClusterProbe): Desired[] {
  const { metadata, spec } = probe

  return spec.consumer.replicas < 2
    ? []
    : [owned(KINDS.disruptionBudget, probe, consumerName(metadata), {
        labels: labelsFor(metadata, 'consumer'),
        spec: { maxUnavailable: 1, selector: { matchLabels: selectorFor(metadata, 'consumer') } }
      })]
}
