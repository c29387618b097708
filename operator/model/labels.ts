import type { ProbeKey } from './names.ts'

/** What an object of a PeerProbe is part of. */
export type Component = 'crawler' | 'consumer'

/** Labels that every object of one PeerProbe carries. Those of a crawler name its scan as well. */
export function labelsFor ({ name }: ProbeKey, component: Component, scan?: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'peerprobe',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'peerprobe-operator',
    'app.kubernetes.io/part-of': 'peerprobe',
    'peerprobe.dev/probe': name,
    ...(scan === undefined ? {} : { 'peerprobe.dev/scan': scan })
  }
}
