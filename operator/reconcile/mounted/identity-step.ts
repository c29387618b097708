import { generateKeyPairSync } from 'node:crypto'
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { labelsFor } from '../../model/naming/labels.ts'
import { identityName } from '../../model/naming/names.ts'
import { IDENTITY_KEY } from '../../model/pod/mounts.ts'
import { owned } from '../../model/probe/owned.ts'
import { isOurs } from '../apply/apply-step.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { ReconcileDeps } from '../apply/context.ts'
import type { Reading } from './hash-key.ts'
import type { SecretData, SecretHash } from './secret-hash.ts'

// An Ed25519 private key as libp2p writes it (peer-ids specification): type, then seed and public key.
const KEY_HEAD = Uint8Array.of(0x08, 1, 0x12, 64)

/** Makes sure that each scan with a passive node has its own key, created once, and hashes the keys: a changed key rolls the pod. */
export async function identityStep (deps: Pick<ReconcileDeps, 'applier'>, reading: Reading, hashOf: SecretHash, signal: AbortSignal): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}

  for (const scan of reading.probe.spec.scans.filter(({ passive }) => passive.enabled)) {
    const { name, data } = await readIdentity(reading, scan, signal)
    hashes[name] = hashOf(data ?? await makeIdentity(deps, reading, scan, signal))
  }

  return hashes
}

/** The existing Secret with the key of a scan's passive node. @throws ProbeError `PP_FOREIGN_OBJECT` when the Secret belongs to another owner */
export async function readIdentity ({ probe, secrets }: Reading, scan: ScanSpec, signal: AbortSignal): Promise<{ name: string, data: SecretData | undefined }> {
  const { namespace } = probe.metadata
  const name = identityName(probe.metadata, scan.name)
  const secret = await secrets.read({ namespace, name }, signal)

  if (secret !== undefined && !isOurs(secret, { probe })) {
    throw new ProbeError('PP_FOREIGN_OBJECT', `Secret ${namespace}/${name} exists and does not belong to this PeerProbe`)
  }

  return { name, data: secret?.['data'] as SecretData | undefined }
}

// Created with a new key.
function identitySecret (probe: ClusterProbe, scan: ScanSpec): Desired {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const bytes = Buffer.concat([KEY_HEAD, Buffer.from(String(key.d), 'base64url'), Buffer.from(String(key.x), 'base64url')])
  const data = { [IDENTITY_KEY]: Buffer.from(bytes.toString('base64')).toString('base64') }

  return owned(KINDS.secret, probe, identityName(probe.metadata, scan.name), { labels: labelsFor(probe.metadata, 'crawler', scan.name), type: 'Opaque', data })
}

async function makeIdentity ({ applier }: Pick<ReconcileDeps, 'applier'>, { probe, secrets }: Reading, scan: ScanSpec, signal: AbortSignal): Promise<SecretData> {
  const { kind, object } = identitySecret(probe, scan)
  const made = await applier.ensure(kind, object, undefined, signal)
  secrets.note(object.metadata, made.object)

  return object['data'] as SecretData
}
