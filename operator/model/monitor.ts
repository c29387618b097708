import { monitoringKinds } from './naming/kinds.ts'
import { labelsFor, PROBE_LABEL } from './naming/labels.ts'
import { owned } from './probe/owned.ts'
import type { ClusterProbe } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'

/**
 * A PodMonitor, by which the Prometheus operator scrapes crawlers and consumers. The labels of the metrics
 * come from the labels of the pods. Pods of jobs have no port of this name.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export function podMonitor (probe: ClusterProbe, version: string | undefined): Desired[] {
  const { metadata } = probe

  return version === undefined
    ? []
    : [owned(monitoringKinds(version).podMonitor, probe, metadata.name, {
        labels: labelsFor(metadata, 'consumer'),
        spec: {
          selector: { matchLabels: { [PROBE_LABEL]: metadata.name } },
          podTargetLabels: [PROBE_LABEL, 'peerprobe.dev/scan', 'app.kubernetes.io/component'],
          podMetricsEndpoints: [{ port: 'admin', path: '/metrics' }]
        }
      })]
}
