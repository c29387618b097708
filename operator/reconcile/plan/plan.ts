import { podMonitor } from '../../model/monitor.ts'
import { stagesOf } from '../../model/stages.ts'
import type { ClusterProbe, ModelInput } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { Stages } from '../../model/stages.ts'
import type { PlannedTopic } from '../kafka/kafka-plan.ts'

/** The objects of a PeerProbe for Strimzi's Kafka. */
export interface KafkaObjects {
  topics: readonly PlannedTopic[]
  user: Desired | undefined

  /** The copy of the user's Secret, if pods cannot mount Strimzi's own. */
  copy: Desired | undefined
}

/** Observations of the cluster that the objects depend on. */
export interface PlanFacts {
  kafka: KafkaObjects
  input: ModelInput

  /** Served version of the Prometheus operator's kinds. */
  monitoringVersion: string | undefined
}

/** Every object that a PeerProbe asks for, by the stage in which it is applied. Secrets with random keys are not included. */
export interface Plan extends Stages { kafka: Desired[] }

/** The one planner: the reconciler applies this, and `kubectl peerprobe plan` and a pause compare with it. */
export function planOf (probe: ClusterProbe, { kafka: { topics, user, copy }, input, monitoringVersion }: PlanFacts): Plan {
  const stages = stagesOf(probe, input)

  return {
    ...stages,
    kafka: [...topics.map(({ desired }) => desired), user, copy].filter(desired => desired !== undefined),
    upkeep: [...stages.upkeep, ...podMonitor(probe, monitoringVersion)]
  }
}

/** All objects of a plan, in the order in which they are made. */
export function objectsOf ({ kafka, base, prepare, consumers, crawlers, upkeep }: Plan): Desired[] {
  return [...kafka, ...base, ...prepare, ...consumers, ...crawlers, ...upkeep]
}
