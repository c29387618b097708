import { isCovered } from './key-patterns.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { NamespacePolicy } from './cluster-policy.ts'

/** A request of a PeerProbe that is not allowed. */
export interface Refusal {
  /** The field that asks for it, such as `spec.scans[0].pod.hostNetwork`. */
  field: string

  /** What is not allowed. */
  why: string

  /** What the cluster owner would set to allow it, such as `hostNetwork: true`. */
  setting: string
}

/** Finds what a PeerProbe asks for and the policy of its namespace does not allow. */
export type Refuses = (probe: ClusterProbe, policy: NamespacePolicy) => Refusal[]

/** The allowed patterns of {@link keyRefusals}, their setting, and the word for such a key. */
export interface AllowedKeys { patterns: readonly string[], setting: string, what: string }

/** Keys of a map that no pattern covers. */
export function keyRefusals (field: string, map: Readonly<Record<string, unknown>> | undefined, { patterns, setting, what }: AllowedKeys): Refusal[] {
  return Object.keys(map ?? {}).filter(key => !isCovered(patterns, key)).map(key => (
    { field: `${field}[${JSON.stringify(key)}]`, why: `this ${what} is not allowed`, setting: `${setting}: [${JSON.stringify(key)}]` }
  ))
}
