import { KINDS } from '../naming/kinds.ts'
import { labelsFor, selectorFor } from '../naming/labels.ts'
import { crawlerName } from '../naming/names.ts'
import { owned } from '../probe/owned.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ClusterProbe } from '../probe/cluster-probe.ts'
import type { Desired } from '../probe/owned.ts'

/** A port that the passive node of a scan listens on. */
export interface PassivePort { name: string, port: number, protocol: 'TCP' | 'UDP' }

/** The ports of a scan's passive node: TCP and QUIC on the configured port, WebSocket on the next port; empty without a passive node. */
export function passivePorts ({ passive: { enabled, port } }: Pick<ScanSpec, 'passive'>): PassivePort[] {
  return enabled
    ? [{ name: 'p2p-tcp', port, protocol: 'TCP' }, { name: 'p2p-quic', port, protocol: 'UDP' }, { name: 'p2p-ws', port: port + 1, protocol: 'TCP' }]
    : []
}

/** The Service through which peers outside the cluster reach a scan's passive node, if the scan asks for one. */
export function exposedService (probe: ClusterProbe, scan: ScanSpec): Desired[] {
  const { metadata } = probe
  const { type, annotations } = scan.passive.expose

  if (!scan.passive.enabled || type === 'None') {
    return []
  }

  const service = owned(KINDS.service, probe, crawlerName(metadata, scan.name), {
    labels: labelsFor(metadata, 'crawler', scan.name),
    spec: {
      type,
      selector: selectorFor(metadata, 'crawler', scan.name),
      // Otherwise every connection would appear to come from a node of the cluster.
      externalTrafficPolicy: 'Local',
      // Both address families if the cluster has both: the passive node listens on both.
      ipFamilyPolicy: 'PreferDualStack',
      ports: passivePorts(scan).map(({ name, port, protocol }) => ({ name, port, targetPort: port, protocol }))
    }
  })

  return [annotations === undefined ? service : { ...service, object: { ...service.object, metadata: { ...service.object.metadata, annotations } } }]
}
