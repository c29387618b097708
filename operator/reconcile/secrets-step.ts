import { ProbeError } from '../../core/errors.ts'
import { KINDS } from '../model/kinds.ts'
import { sighted } from '../runtime/lookout.ts'
import { secretHash } from './secret-hash.ts'
import type { ClusterSpec, KafkaAccess } from '../model/world.ts'
import type { ReconcileDeps, Work } from './context.ts'

interface Wanted { name: string, keys: readonly string[], field: string }

/** Reads the Secrets that pods mount: they must hold their keys, and a changed one rolls the pods. @throws ProbeError `PP_SECRET_MISSING` */
export async function secretsStep ({ client }: Pick<ReconcileDeps, 'client'>, { probe, secrets }: Pick<Work, 'probe' | 'secrets'>, access: KafkaAccess, signal: AbortSignal): Promise<Record<string, string>> {
  const { metadata, spec } = probe
  const hashes: Record<string, string> = {}

  for (const { name, keys, field } of wantedBy(spec, access)) {
    const secret = await client.get(KINDS.secret, { namespace: metadata.namespace, name }, signal)
    secrets.push(sighted({ namespace: metadata.namespace, name }, secret))
    const data = (secret?.['data'] ?? {}) as Record<string, string>
    const missing = keys.filter(key => data[key] === undefined)

    if (secret === undefined || missing.length > 0) {
      throw new ProbeError('PP_SECRET_MISSING', `${field}: Secret ${metadata.namespace}/${name} ${secret === undefined ? 'does not exist' : `lacks the key ${missing.join(', ')}`}`)
    }

    hashes[name] = secretHash(data)
  }

  return hashes
}

function wantedBy ({ kafka, mysql }: ClusterSpec, { userSecret }: KafkaAccess): Wanted[] {
  const kafkaCa = kafka.tls?.caSecret
  const mysqlCa = mysql.tls?.caSecret
  const { name, userKey, passwordKey } = mysql.credentialsSecret

  return [
    ...userSecret === undefined ? [] : [{ name: userSecret, keys: keysOf(kafka), field: 'spec.kafka.authentication.secret' }],
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
