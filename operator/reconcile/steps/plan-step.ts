import { policyFor } from '../../policy/cluster-policy.ts'
import { hashKeyStep } from '../mounted/hash-key.ts'
import { identityStep } from '../mounted/identity-step.ts'
import { secretsStep } from '../mounted/secrets-step.ts'
import { volumeClaimsStep } from '../mounted/volume-claims-step.ts'
import { planOf } from '../plan/plan.ts'
import type { Images } from '../../model/probe/images.ts'
import type { ReconcileDeps } from '../apply/context.ts'
import type { Reading } from '../mounted/hash-key.ts'
import type { Plan } from '../plan/plan.ts'
import type { KafkaResult } from './kafka-step.ts'

/** What a plan is made from beside the PeerProbe. */
export interface PlanInput {
  kafka: KafkaResult

  /** Images of its pods: asked for as late as possible, since it may be its turn in an upgrade then. */
  imagesOf: () => Images
}

/** All objects, and the images that their pods get now. */
export interface Planned { plan: Plan, images: Images }

/** Looks at what pods mount, makes the keys that are missing, and plans all objects. @throws ProbeError what the plan waits for */
export async function planStep (deps: ReconcileDeps, reading: Reading, { kafka, imagesOf }: PlanInput, signal: AbortSignal): Promise<Planned> {
  const { probe } = reading
  await volumeClaimsStep(deps, probe, signal)
  const hashOf = await hashKeyStep(deps, reading, () => imagesOf().workload !== deps.images.workload, signal)
  const hashes = await secretsStep(deps, { ...reading, hashOf }, kafka.access, signal)
  const secretHashes = { ...hashes, ...await identityStep(deps, reading, hashOf, signal) }
  const { resources } = policyFor(deps.policy, probe.metadata.namespace)
  const images = imagesOf()
  const input = { kafka: kafka.access, images, secretHashes, resources, scrapers: deps.scrapers }

  return { plan: planOf(probe, { kafka: kafka.objects, input, monitoringVersion: await deps.monitoringVersion(signal) }), images }
}
