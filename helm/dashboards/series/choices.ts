import type { LabelVariable } from '../grafana/variables.ts'

/** The choice of namespaces, of those that series have. */
export function namespaceVariable (series: string): LabelVariable {
  return { name: 'namespace', label: 'Namespace', description: 'Namespaces of PeerProbes.', series, valuesOf: 'namespace' }
}

/** The choice of PeerProbes, by a label of series. */
export function probeVariable (series: string, valuesOf = 'peerprobe_dev_probe'): LabelVariable {
  return { name: 'probe', label: 'PeerProbe', description: 'PeerProbes of the namespaces.', series, valuesOf }
}

/** The choice of scans. */
export function scanVariable (series: string): LabelVariable {
  return { name: 'scan', label: 'Scan', description: 'Scans of the PeerProbes.', series, valuesOf: 'peerprobe_dev_scan' }
}
