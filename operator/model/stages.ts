import { backupObjects } from './backup.ts'
import { disruptionBudget, serviceAccount } from './namespace-objects.ts'
import { networkPolicies } from './network/policies.ts'
import { consumerObjects, crawlerObjects, prepareObjects, retentionObjects, sessionsObjects } from './workloads.ts'
import type { ClusterProbe, ModelInput } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'

/** The desired objects of a PeerProbe in its own namespace, by the stage in which they are applied. */
export interface Stages {
  /** Before any pod: the ServiceAccount and the network policies. */
  base: Desired[]

  prepare: Desired[]
  consumers: Desired[]
  crawlers: Desired[]

  /** Retention, sessions, backups and disruption budget. */
  upkeep: Desired[]
}

/** The objects of a PeerProbe in its own namespace, each stage in the order in which it is applied. */
export function stagesOf (probe: ClusterProbe, input: ModelInput): Stages {
  return {
    base: [serviceAccount(probe), ...networkPolicies(probe, input)],
    prepare: prepareObjects(probe, input),
    consumers: consumerObjects(probe, input),
    crawlers: probe.spec.scans.flatMap(scan => crawlerObjects(probe, scan, input)),
    upkeep: [...retentionObjects(probe, input), ...sessionsObjects(probe, input), ...backupObjects(probe, input), ...disruptionBudget(probe)]
  }
}
