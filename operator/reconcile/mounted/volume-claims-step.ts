// A pod that mounts a claim writes to it, changes the group of its files, and may block other pods from mounting it. The owner of the
// claim must therefore allow PeerProbes to use it.
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { policyFor } from '../../policy/cluster-policy.ts'
import { allowsUse, howToAllow } from './secret-consent.ts'
import type { ClusterProbe, ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/**
 * Checks the claims that pods mount: each must exist and allow its use, unless the cluster's owner
 * lets PeerProbes use any claim.
 *
 * @throws ProbeError `PP_CLAIM_NOT_ALLOWED`
 */
export async function volumeClaimsStep ({ client, policy }: Pick<ReconcileDeps, 'client' | 'policy'>, probe: ClusterProbe, signal: AbortSignal): Promise<void> {
  const { namespace, name: probeName } = probe.metadata

  if (policyFor(policy, namespace).anyClaim) {
    return
  }

  for (const { field, name } of claimsOf(probe.spec)) {
    const claim = await client.get(KINDS.claim, { namespace, name }, signal)
    const what = `${field}: PersistentVolumeClaim ${namespace}/${name}`

    // A claim created later under this name would be mounted without a check.
    if (claim === undefined) {
      throw new ProbeError('PP_CLAIM_NOT_ALLOWED', `${what} does not exist`)
    }
    if (!allowsUse(claim, probeName)) {
      throw new ProbeError('PP_CLAIM_NOT_ALLOWED', `${what} does not allow PeerProbe ${probeName} to use it: ${howToAllow('pvc', name, probe)}`)
    }
  }
}

function claimsOf ({ consumer: { dump }, scans, backup, places }: ClusterSpec): { field: string, name: string }[] {
  return [
    ...dump.enabled && dump.volume !== undefined ? [{ field: 'spec.consumer.dump.volume.claim', name: dump.volume.claim }] : [],
    ...backup.enabled && backup.volume !== undefined ? [{ field: 'spec.backup.volume.claim', name: backup.volume.claim }] : [],
    ...places === undefined ? [] : [{ field: 'spec.places.volume.claim', name: places.volume.claim }],
    ...scans.flatMap(({ storage }, i) => storage === undefined ? [] : [{ field: `spec.scans[${String(i)}].storage.claim`, name: storage.claim }])
  ]
}
