import { defined } from '../../../core/defined.ts'
import type { ProbeKey } from './names.ts'

/** The component that an object of a PeerProbe belongs to. */
export type Component = 'crawler' | 'consumer' | 'prepare' | 'retention' | 'sessions' | 'backup' | 'command' | 'kafka'

/** Label with the name of the PeerProbe that an object belongs to. */
export const PROBE_LABEL = 'peerprobe.dev/probe'

/** Label with the PeerProbe's namespace, on objects in other namespaces. */
export const NAMESPACE_LABEL = 'peerprobe.dev/namespace'

/** The manager of the objects. */
export const MANAGED_BY = 'peerprobe-operator'

/** The field manager of the operator, and the annotation with the hash of the applied object. */
export const APPLIED_BY = { fieldManager: MANAGED_BY, hashAnnotation: 'peerprobe.dev/applied' } as const

/** Selects the objects of all PeerProbes. */
export const MANAGED_SELECTOR = `app.kubernetes.io/managed-by=${MANAGED_BY},${PROBE_LABEL}`

/** Labels of every object of one PeerProbe. Objects of a crawler also carry the name of the scan. */
export function labelsFor ({ name }: ProbeKey, component: Component, scan?: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'peerprobe',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': MANAGED_BY,
    'app.kubernetes.io/part-of': 'peerprobe',
    [PROBE_LABEL]: name,
    ...defined({ 'peerprobe.dev/scan': scan })
  }
}

/** Labels that select the pods of one component. They never change. */
export function selectorFor ({ name }: ProbeKey, component: Component, scan?: string): Record<string, string> {
  return {
    'app.kubernetes.io/component': component,
    [PROBE_LABEL]: name,
    ...defined({ 'peerprobe.dev/scan': scan })
  }
}
