import { networkPolicies } from './policies.ts'
import { disruptionBudget, serviceAccount } from './upkeep.ts'
import { consumerObjects, crawlerObjects, prepareObjects, retentionObjects } from './workloads.ts'
import type { Desired } from './owned.ts'
import type { ClusterProbe, ModelInput } from './world.ts'

/** Everything that a PeerProbe wants in its own namespace, in the order in which it is made. */
export function allObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  return [
    serviceAccount(probe),
    ...networkPolicies(probe, input),
    ...prepareObjects(probe, input),
    ...consumerObjects(probe, input),
    ...probe.spec.scans.flatMap(scan => crawlerObjects(probe, scan, input)),
    ...retentionObjects(probe, input),
    ...disruptionBudget(probe)
  ]
}
