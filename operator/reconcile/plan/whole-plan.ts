import { isProbeError } from '../../../core/errors.ts'
import { allObjects } from '../../model/all-objects.ts'
import { podMonitor } from '../../model/monitor.ts'
import { hashKeyName } from '../../model/naming/names.ts'
import { policyFor } from '../../policy/cluster-policy.ts'
import { kafkaPlan, userAccess } from '../kafka/kafka-plan.ts'
import { claimsStep } from '../mounted/claims-step.ts'
import { readHashKey } from '../mounted/hash-key.ts'
import { readIdentity } from '../mounted/identity-step.ts'
import { keyedHash } from '../mounted/secret-hash.ts'
import { secretsStep } from '../mounted/secrets-step.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { ClusterProbe, KafkaAccess, ModelInput } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { ReconcileDeps } from '../apply/context.ts'
import type { Hashing } from '../mounted/secrets-step.ts'

/** Everything that a PeerProbe asks for as the world stands: nothing is written to find it out. */
export interface WholePlan {
  planned: Desired[]
  input: ModelInput

  /** Names of the Secrets with keys that are not there yet, of passive nodes and of hashes: they are made once. */
  newKeys: string[]

  /** What all waits for: a Secret or a claim that is not there or may not be used. */
  missing: string | undefined
}

const WAITED_FOR: ReadonlySet<string> = new Set<ErrorCode>(['PP_SECRET_MISSING', 'PP_SECRET_NOT_ALLOWED', 'PP_CLAIM_NOT_ALLOWED'])

type Reader = Pick<ReconcileDeps, 'client' | 'policy' | 'secretsNeedConsent' | 'strimziVersion' | 'monitoringVersion'>

/** Plans all of a PeerProbe. @param places images of its pods, and who may reach their admin ports. @throws ProbeError what keeps it from being planned */
export async function wholePlan (deps: Reader, probe: ClusterProbe, places: Pick<ModelInput, 'images' | 'scrapers'>, signal: AbortSignal): Promise<WholePlan> {
  const { access, topics, user } = await kafkaPlan(deps, probe, signal)
  const live = user === undefined ? undefined : await deps.client.get(user.kind, user.object.metadata, signal)
  const kafka: KafkaAccess = user === undefined ? access : { ...access, ...userAccess(user, live) }
  const { key } = await readHashKey(deps, probe, signal)
  const hashing: Hashing = { probe, secrets: [], hashOf: key === undefined ? () => 'of a key that is not made yet' : keyedHash(key) }
  const { secretHashes, missing } = await mountedBy(deps, hashing, kafka, signal)
  const { hashes, newKeys } = await keysOf(deps, hashing, signal)
  newKeys.push(...key === undefined ? [hashKeyName(probe.metadata)] : [])
  const { resources } = policyFor(deps.policy, probe.metadata.namespace)
  const input: ModelInput = { kafka, ...places, secretHashes: { ...secretHashes, ...hashes }, resources }
  const monitors = podMonitor(probe, await deps.monitoringVersion(signal))

  return { planned: [...topics, ...user === undefined ? [] : [user], ...allObjects(probe, input), ...monitors], input, newKeys, missing }
}

type Mounted = Pick<ModelInput, 'secretHashes'> & Pick<WholePlan, 'missing'>

async function mountedBy (deps: Reader, hashing: Hashing, kafka: KafkaAccess, signal: AbortSignal): Promise<Mounted> {
  try {
    await claimsStep(deps, hashing.probe, signal)

    return { secretHashes: await secretsStep(deps, hashing, kafka, signal), missing: undefined }
  } catch (err) {
    if (!isProbeError(err) || !WAITED_FOR.has(err.code)) {
      throw err
    }

    return { secretHashes: {}, missing: err.message }
  }
}

async function keysOf (deps: Reader, { probe, hashOf }: Hashing, signal: AbortSignal): Promise<Pick<WholePlan, 'newKeys'> & { hashes: Record<string, string> }> {
  const hashes: Record<string, string> = {}
  const newKeys: string[] = []

  for (const scan of probe.spec.scans.filter(({ passive }) => passive.enabled)) {
    const { name, data } = await readIdentity(deps, probe, scan, signal)

    if (data === undefined) {
      newKeys.push(name)
    } else {
      hashes[name] = hashOf(data)
    }
  }

  return { hashes, newKeys }
}
