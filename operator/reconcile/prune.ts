import { KINDS } from '../model/kinds.ts'
import { formerUser } from './former-user.ts'
import type { KindRef, KubeObject } from '../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** Kinds of which a plan may name fewer objects than the one before. The others are in every plan. */
export const PRUNED = [KINDS.configMap, KINDS.deployment, KINDS.job, KINDS.service, KINDS.disruptionBudget] as const

/**
 * Removes what belongs to the PeerProbe and is in no plan any more: the objects of a scan that is gone, of an earlier
 * preparation, a Kafka user.
 *
 * @param isRolled whether all pods are of the plan: those of before may still need the user
 */
export async function prune (deps: ReconcileDeps, work: Work, { isRolled }: { isRolled: boolean }, signal: AbortSignal): Promise<void> {
  for (const kind of PRUNED) {
    for (const object of leftOver(kind, work, deps.store(kind.kind).labelled(work.probe.metadata.name))) {
      await deps.applier.remove(kind, object, signal)
      work.writes++
    }
  }

  const former = isRolled ? await formerUser(deps, work.probe, signal) : undefined

  if (former !== undefined) {
    await deps.applier.remove(former.kind, former.object, signal)
    work.writes++
  }
}

/** Those objects of a kind that belong to the PeerProbe and are in no plan any more. */
export function leftOver ({ kind }: KindRef, { probe, planned }: Pick<Work, 'probe' | 'planned'>, objects: readonly KubeObject[]): KubeObject[] {
  const { namespace, uid } = probe.metadata
  const names = new Set(planned.filter(desired => desired.kind.kind === kind).map(({ object }) => object.metadata.name))

  return objects.filter(({ metadata }) => {
    const isOwned = metadata.ownerReferences?.some(owner => owner.uid === uid) === true

    return metadata.namespace === namespace && isOwned && metadata.deletionTimestamp === undefined && !names.has(metadata.name)
  })
}
