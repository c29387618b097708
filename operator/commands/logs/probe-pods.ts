import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { PROBE_LABEL, selectorFor } from '../../model/naming/labels.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Which pods of a PeerProbe: all where nothing is chosen. */
export interface PodChoice { scan?: string | undefined, consumers?: boolean }

/** Label selector of pods of a PeerProbe. @throws ProbeError `PP_CONFIG_INVALID` for a scan that it does not have, with those it has */
export function podSelector (probe: KubeObject, { scan, consumers = false }: PodChoice): string {
  const { namespace = '', name } = probe.metadata
  const { scans = [] } = (probe['spec'] ?? {}) as Partial<ClusterSpec>

  if (scan !== undefined && !scans.some(known => known.name === scan)) {
    throw new ProbeError('PP_CONFIG_INVALID', `--scan: PeerProbe ${namespace}/${name} has no scan ${scan}; it has: ${scans.map(known => known.name).join(', ')}`)
  }

  const labels = scan === undefined ? consumers ? selectorFor({ namespace, name }, 'consumer') : { [PROBE_LABEL]: name } : selectorFor({ namespace, name }, 'crawler', scan)

  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',')
}

/** Pods of a namespace by their labels, in the order of their names. */
export async function readPods (client: Pick<KubeClient, 'json'>, namespace: string, labelSelector: string, signal: AbortSignal): Promise<KubeObject[]> {
  const { items } = await client.json({ method: 'GET', path: pathOf(KINDS.pod, { namespace }), query: { labelSelector } }, signal) as { items: KubeObject[] }

  return items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
}
