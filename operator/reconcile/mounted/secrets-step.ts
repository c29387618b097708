import { ProbeError } from '../../../core/errors.ts'
import { isMadeForUser, requireConsent } from './secret-consent.ts'
import type { ClusterSpec, KafkaAccess } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { Reading } from './hash-key.ts'
import type { SecretHash } from './secret-hash.ts'

interface Wanted { name: string, keys: readonly string[], field: string }

const USER_FIELD = 'spec.kafka.authentication.secret'

type Deps = Pick<ReconcileDeps, 'secretsNeedConsent'>

/** The PeerProbe whose Secrets are read, the reader, and the hash. */
export interface Hashing extends Reading { hashOf: SecretHash }

/**
 * Reads the Secrets that pods mount. Each must allow its use and contain the required keys. A
 * changed Secret rolls the pods.
 *
 * @throws ProbeError `PP_SECRET_MISSING`, `PP_SECRET_NOT_ALLOWED`
 */
export async function secretsStep (deps: Deps, hashing: Hashing, access: KafkaAccess, signal: AbortSignal): Promise<Record<string, string>> {
  const { secretsNeedConsent } = deps
  const { probe, secrets, hashOf } = hashing
  const { metadata, spec } = probe
  const hashes: Record<string, string> = {}

  for (const { name, keys, field } of wantedBy(spec, access)) {
    const secret = await secrets.read({ namespace: metadata.namespace, name }, signal)
    requireUse(secret, { probe, field, secretsNeedConsent })
    const data = (secret?.['data'] ?? {}) as Record<string, string>
    const missing = keys.filter(key => data[key] === undefined)

    if (secret === undefined || missing.length > 0) {
      throw new ProbeError('PP_SECRET_MISSING', `${field}: Secret ${metadata.namespace}/${name} ${secret === undefined ? 'does not exist' : `lacks the key ${missing.join(', ')}`}`)
    }

    hashes[name] = hashOf(data)
  }

  return hashes
}

interface Use extends Pick<Work, 'probe'>, Pick<ReconcileDeps, 'secretsNeedConsent'> { field: string }

// Before the keys are checked: a PeerProbe that may not use the Secret must learn nothing about its contents.
function requireUse (secret: KubeObject | undefined, { probe, field, secretsNeedConsent }: Use): void {
  if (secret !== undefined && secretsNeedConsent && !(field === USER_FIELD && isMadeForUser(secret, probe))) {
    requireConsent(secret, probe, field)
  }
}

function wantedBy ({ kafka, mysql }: ClusterSpec, { userSecret }: KafkaAccess): Wanted[] {
  const kafkaCa = kafka.tls?.caSecret
  const mysqlCa = mysql.tls?.caSecret
  const { name, userKey, passwordKey } = mysql.credentialsSecret

  return [
    ...userSecret === undefined ? [] : [{ name: userSecret, keys: keysOf(kafka), field: USER_FIELD }],
    ...kafkaCa === undefined ? [] : [{ name: kafkaCa.name, keys: [kafkaCa.key], field: 'spec.kafka.tls.caSecret' }],
    { name, keys: [userKey, passwordKey], field: 'spec.mysql.credentialsSecret' },
    ...mysqlCa === undefined ? [] : [{ name: mysqlCa.name, keys: [mysqlCa.key], field: 'spec.mysql.tls.caSecret' }]
  ]
}

function keysOf ({ authentication: { type }, strimzi }: ClusterSpec['kafka']): string[] {
  if (type === 'tls') {
    return ['user.crt', 'user.key']
  }

  return strimzi === undefined ? ['username', 'password'] : ['password']
}
