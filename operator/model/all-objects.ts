import { disruptionBudget, serviceAccount } from './namespace-objects.ts'
import { networkPolicies } from './network/policies.ts'
import { consumerObjects, crawlerObjects, prepareObjects, retentionObjects } from './workloads.ts'
import type { ClusterProbe, ModelInput } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'

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
