import { randomBytes } from 'node:crypto'
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { labelsFor } from '../../model/naming/labels.ts'
import { hashKeyName } from '../../model/naming/names.ts'
import { owned } from '../../model/probe/owned.ts'
import { isOurs } from '../apply/apply-step.ts'
import { earlierHash, keyedHash } from './secret-hash.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { ReconcileDeps } from '../apply/context.ts'
import type { SecretReader } from '../apply/secret-reader.ts'
import type { SecretHash } from './secret-hash.ts'

const KEY = 'key'
const KEY_BYTES = 32

/**
 * The hash over the Secrets of a PeerProbe. Its key is created once, in a Secret that only the operator reads. A changed password rolls the pods; a restart
 * of the operator or a new label on a Secret does not.
 *
 * @param keepsEarlier whether the PeerProbe still waits for its turn in an upgrade: if it has no key yet, the hash of the earlier release
 *   stays until then, so that pods roll only once
 */
export async function hashKeyStep (deps: Pick<ReconcileDeps, 'applier'>, reading: Reading, keepsEarlier: () => boolean, signal: AbortSignal): Promise<SecretHash> {
  const key = await readHashKey(reading, signal)

  if (key !== undefined) {
    return keyedHash(key)
  }

  return keepsEarlier() ? earlierHash : keyedHash(await makeKey(deps, reading, signal))
}

/** The PeerProbe whose Secrets are read, and the reader. */
export interface Reading { probe: ClusterProbe, secrets: SecretReader }

/** The existing key, or undefined. @throws ProbeError `PP_FOREIGN_OBJECT` when the Secret belongs to another owner */
export async function readHashKey ({ probe, secrets }: Reading, signal: AbortSignal): Promise<Buffer | undefined> {
  const { namespace } = probe.metadata
  const name = hashKeyName(probe.metadata)
  const secret = await secrets.read({ namespace, name }, signal)

  if (secret !== undefined && !isOurs(secret, { probe })) {
    throw new ProbeError('PP_FOREIGN_OBJECT', `Secret ${namespace}/${name} exists and does not belong to this PeerProbe`)
  }

  const key = Buffer.from((secret?.['data'] as Record<string, string> | undefined)?.[KEY] ?? '', 'base64')

  return key.length === KEY_BYTES ? key : undefined
}

async function makeKey ({ applier }: Pick<ReconcileDeps, 'applier'>, { probe, secrets }: Reading, signal: AbortSignal): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES)
  const { metadata } = probe
  const { kind, object } = owned(KINDS.secret, probe, hashKeyName(metadata), { labels: labelsFor(metadata, 'consumer'), type: 'Opaque', data: { [KEY]: key.toString('base64') } })
  const made = await applier.ensure(kind, object, undefined, signal)
  secrets.note(object.metadata, made.object)

  return key
}
