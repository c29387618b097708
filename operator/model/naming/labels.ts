import { defined } from '../../../core/defined.ts'
import type { ProbeKey } from './names.ts'

/** What an object of a PeerProbe is part of. */
export type Component = 'crawler' | 'consumer' | 'prepare' | 'retention' | 'command' | 'kafka'

/** Label that names the PeerProbe which an object belongs to. */
export const PROBE_LABEL = 'peerprobe.dev/probe'

/** Label that names its namespace, on objects that live in another one. */
export const NAMESPACE_LABEL = 'peerprobe.dev/namespace'

/** Who makes the objects. */
export const MANAGED_BY = 'peerprobe-operator'

/** How objects are applied, and where the hash of what was applied is kept. */
export const APPLIED_BY = { fieldManager: MANAGED_BY, hashAnnotation: 'peerprobe.dev/applied' } as const

/** Selects the objects of all PeerProbes. */
export const MANAGED_SELECTOR = `app.kubernetes.io/managed-by=${MANAGED_BY},${PROBE_LABEL}`

/** Labels that every object of one PeerProbe carries. Those of a crawler name its scan as well. */
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

/** Labels that select the pods of one component: those that never change. */
export function selectorFor ({ name }: ProbeKey, component: Component, scan?: string): Record<string, string> {
  return {
    'app.kubernetes.io/component': component,
    [PROBE_LABEL]: name,
    ...defined({ 'peerprobe.dev/scan': scan })
  }
}
