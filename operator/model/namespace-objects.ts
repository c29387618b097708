import { KINDS } from './kinds.ts'
import { labelsFor, selectorFor } from './labels.ts'
import { consumerName, serviceAccountName } from './names.ts'
import { owned } from './owned.ts'
import type { ClusterProbe } from './cluster-probe.ts'
import type { Desired } from './owned.ts'

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
