import { isProbeError } from '../../../core/errors.ts'
import { hashKeyName } from '../../model/naming/names.ts'
import { policyFor } from '../../policy/cluster-policy.ts'
import { SecretReader } from '../apply/secret-reader.ts'
import { kafkaPlan, userAccess, userCopy } from '../kafka/kafka-plan.ts'
import { readHashKey } from '../mounted/hash-key.ts'
import { readIdentity } from '../mounted/identity-step.ts'
import { keyedHash } from '../mounted/secret-hash.ts'
import { secretsStep } from '../mounted/secrets-step.ts'
import { volumeClaimsStep } from '../mounted/volume-claims-step.ts'
import { objectsOf, planOf } from './plan.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { KafkaAccess, ModelInput } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { LiveReader } from '../apply/apply-step.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { KafkaPlan } from '../kafka/kafka-plan.ts'
import type { Hashing } from '../mounted/secrets-step.ts'

/** Everything that a PeerProbe asks for in the present state of the cluster. Nothing is written to find it out. */
export interface WholePlan {
  planned: Desired[]
  input: ModelInput

  /** Names of the missing Secrets with keys of passive nodes and of hashes, which are created once. */
  newKeys: string[]

  /** What everything waits for: a Secret or a claim that is missing or may not be used. */
  missing: string | undefined
}

const WAITED_FOR: ReadonlySet<string> = new Set<ErrorCode>(['PP_SECRET_MISSING', 'PP_SECRET_NOT_ALLOWED', 'PP_CLAIM_NOT_ALLOWED'])

type Reader = LiveReader & Pick<ReconcileDeps, 'policy' | 'secretsNeedConsent' | 'strimziVersion' | 'monitoringVersion'>

/**
 * Observes what the steps would find, and plans all of a PeerProbe.
 *
 * @param places images of its pods, and who may reach their admin ports
 * @throws ProbeError when it cannot be planned
 */
export async function wholePlan (deps: Reader, work: Work, places: Pick<ModelInput, 'images' | 'scrapers'>, signal: AbortSignal): Promise<WholePlan> {
  const { probe } = work
  const secrets = new SecretReader(deps.client)
  const { access, topics, user } = await kafkaPlan(deps, work, signal)
  const live = user === undefined ? undefined : await deps.client.get(user.kind, user.object.metadata, signal)
  const kafka: KafkaAccess = user === undefined ? access : { ...access, ...userAccess(user, live) }
  const key = await readHashKey({ probe, secrets }, signal)
  const hashing: Hashing = { probe, secrets, hashOf: key === undefined ? () => 'of a key that does not exist yet' : keyedHash(key) }
  const { copy, secretHashes, missing } = await mountedBy(deps, hashing, { access: kafka, user }, signal)
  const { hashes, newKeys } = await keysOf(hashing, signal)
  newKeys.push(...key === undefined ? [hashKeyName(probe.metadata)] : [])
  const { resources } = policyFor(deps.policy, probe.metadata.namespace)
  const input: ModelInput = { kafka, ...places, secretHashes: { ...secretHashes, ...hashes }, resources }
  const plan = planOf(probe, { kafka: { topics, user, copy }, input, monitoringVersion: await deps.monitoringVersion(signal) })

  return { planned: objectsOf(plan), input, newKeys, missing }
}

interface Mounted extends Pick<ModelInput, 'secretHashes'>, Pick<WholePlan, 'missing'> { copy: Desired | undefined }

// A Secret that would be copied counts as present.
async function mountedBy (deps: Reader, hashing: Hashing, { access, user }: Omit<KafkaPlan, 'topics'>, signal: AbortSignal): Promise<Mounted> {
  const { probe, secrets } = hashing
  const key = { namespace: user?.object.metadata.namespace, name: access.userSecret ?? '' }
  const copied = await unlessMissing(async () => await userCopy(secrets, probe, key, signal))
  secrets.assume(copied.value?.object)
  const hashed = await unlessMissing(async () => {
    await volumeClaimsStep(deps, probe, signal)
    return await secretsStep(deps, hashing, access, signal)
  })

  return { copy: copied.value, secretHashes: hashed.value ?? {}, missing: copied.missing ?? hashed.missing }
}

async function unlessMissing<T> (read: () => Promise<T>): Promise<{ value?: T, missing?: string }> {
  try {
    return { value: await read() }
  } catch (err) {
    if (!isProbeError(err) || !WAITED_FOR.has(err.code)) {
      throw err
    }

    return { missing: err.message }
  }
}

async function keysOf (hashing: Hashing, signal: AbortSignal): Promise<Pick<WholePlan, 'newKeys'> & { hashes: Record<string, string> }> {
  const hashes: Record<string, string> = {}
  const newKeys: string[] = []

  for (const scan of hashing.probe.spec.scans.filter(({ passive }) => passive.enabled)) {
    const { name, data } = await readIdentity(hashing, scan, signal)

    if (data === undefined) {
      newKeys.push(name)
    } else {
      hashes[name] = hashing.hashOf(data)
    }
  }

  return { hashes, newKeys }
}
