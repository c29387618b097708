// What the Prometheus operator makes of PodMonitors for a Prometheus that finds pods itself: the API server says which pods there are, and
// relabelling keeps those that a monitor selects (prometheus-operator, pkg/prometheus/promcfg.go).
import { monitorsOf } from './pod-targets.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

const META = '__meta_kubernetes_pod_'

/** Jobs of Prometheus for all PodMonitors of a cluster, one for each of their ports; `kubeconfig` is a file of a user who may read pods. */
export async function podDiscovery (plane: ControlPlane, kubeconfig: string): Promise<object[]> {
  return (await monitorsOf(plane)).flatMap(({ metadata: { namespace, name }, spec }) => spec.podMetricsEndpoints.map(({ port, honorLabels }, i) => ({
    job_name: `podMonitor/${namespace}/${name}/${String(i)}`,
    honor_labels: honorLabels,
    kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: kubeconfig, namespaces: { names: [namespace] } }],
    relabel_configs: [
      { action: 'drop', source_labels: [`${META}phase`], regex: '(Failed|Succeeded)' },
      ...Object.entries(spec.selector.matchLabels).map(([label, value]) => ({ action: 'keep', source_labels: [`${META}label_${sanitized(label)}`, `${META}labelpresent_${sanitized(label)}`], regex: `(${value});true` })),
      { action: 'keep', source_labels: [`${META}container_port_name`], regex: port },
      ...[['__meta_kubernetes_namespace', 'namespace'], [`${META}container_name`, 'container'], [`${META}name`, 'pod'], ...spec.podTargetLabels.map(label => [`${META}label_${sanitized(label)}`, sanitized(label)])]
        .map(([source, target]) => ({ source_labels: [source], target_label: target })),
      { target_label: 'job', replacement: `${namespace}/${name}` },
      { target_label: 'endpoint', replacement: port }
    ]
  })))
}

function sanitized (label: string): string {
  return label.replaceAll(/[^a-zA-Z0-9_]/g, '_')
}
