import { problemsError } from '../../core/process/config.ts'
import { policyFor } from './cluster-policy.ts'
import { exposeRefusals } from './expose-refusals.ts'
import { podRefusals } from './pod-refusals.ts'
import { reachRefusals } from './reach-refusals.ts'
import { tenancyRefusals } from './tenancy-refusals.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { ClusterPolicy } from './cluster-policy.ts'
import type { Refusal, Refuses } from './refusal.ts'

const REFUSALS: readonly Refuses[] = [podRefusals, exposeRefusals, reachRefusals, tenancyRefusals]

/**
 * Refuses a PeerProbe that asks for something that the cluster owner does not allow. Running workloads stay as they are: the
 * change is not carried out, and a policy that became stricter removes nothing.
 *
 * @throws ProbeError `PP_POLICY_FORBIDS`with every field and the setting that would allow it
 */
export function requireAllowed (probe: ClusterProbe, policy: ClusterPolicy): void {
  const { namespace, name } = probe.metadata
  const found = REFUSALS.flatMap(refuses => refuses(probe, policyFor(policy, namespace)))

  if (found.length > 0) {
    throw problemsError(found.map(refusal => wordsOf(refusal, namespace)), { code: 'PP_POLICY_FORBIDS', what: `PeerProbe ${namespace}/${name}` })
  }
}

function wordsOf ({ field, why, setting }: Refusal, namespace: string): string {
  return `${field}: ${why}; the cluster's owner allows it by policy.${setting}, or for this namespace by policy.namespaces.${namespace}.${setting}`
}
