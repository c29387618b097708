// A pod that mounts a claim writes into it, takes its files for its own group, and may keep all others from mounting it: whoever owns
// the claim says first that PeerProbes may do that.
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { policyFor } from '../../policy/cluster-policy.ts'
import { allowsUse, howToAllow } from './secret-consent.ts'
import type { ClusterProbe, ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/**
 * Looks at the claims that pods mount: each must be there and allow it, unless the cluster's owner lets PeerProbes have any.
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

    // One that is made later under this name would be mounted as it is.
    if (claim === undefined) {
      throw new ProbeError('PP_CLAIM_NOT_ALLOWED', `${what} does not exist`)
    }
    if (!allowsUse(claim, probeName)) {
      throw new ProbeError('PP_CLAIM_NOT_ALLOWED', `${what} does not allow PeerProbe ${probeName} to use it: ${howToAllow('pvc', name, probe)}`)
    }
  }
}

function claimsOf ({ consumer: { dump }, scans }: ClusterSpec): { field: string, name: string }[] {
  return [
    ...dump.enabled && dump.volume !== undefined ? [{ field: 'spec.consumer.dump.volume.claim', name: dump.volume.claim }] : [],
    ...scans.flatMap(({ storage }, i) => storage === undefined ? [] : [{ field: `spec.scans[${String(i)}].storage.claim`, name: storage.claim }])
  ]
}
