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

/** What a plan needs besides the PeerProbe. */
export interface PlanInput {
  kafka: KafkaResult

  /** Images of its pods: chosen as late as possible, since its turn in an upgrade may have come by then. */
  imagesOf: () => Images
}

/** All objects, and the present images of their pods. */
export interface Planned { plan: Plan, images: Images }

/** Checks what pods mount, creates missing keys, and plans all objects. @throws ProbeError when the plan has to wait */
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
