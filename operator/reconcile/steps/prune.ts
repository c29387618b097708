import { KINDS } from '../../model/naming/kinds.ts'
import { applyAll } from '../apply/apply-step.ts'
import { formerUser } from '../kafka/former-user.ts'
import { isRolled } from './rolled.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

/** Kinds of which a plan may name fewer objects than the one before. The others are in every plan. */
export const PRUNED = [KINDS.configMap, KINDS.deployment, KINDS.job, KINDS.service, KINDS.disruptionBudget, KINDS.networkPolicy] as const

// A pod that ends is held by its policy until it is gone: without any it could reach everything.
const AFTER_ROLL = new Set<string>([KINDS.networkPolicy.kind])

/**
 * Removes what belongs to the PeerProbe and is in no plan any more: the objects of a scan that is gone, of an earlier
 * preparation; and once no pod of an earlier plan is left, its Kafka user, or the rights that only it had.
 */
export async function prune (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<void> {
  await removeLeftOver(deps, work, PRUNED.filter(({ kind }) => !AFTER_ROLL.has(kind)), signal)

  if (!isRolled(deps, work)) {
    return
  }

  await removeLeftOver(deps, work, PRUNED.filter(({ kind }) => AFTER_ROLL.has(kind)), signal)
  await applyAll(deps, work, work.afterRoll ?? [], signal)
  const former = await formerUser(deps, work.probe, signal)

  if (former !== undefined) {
    await deps.applier.remove(former.kind, former.object, signal)
    work.writes++
  }
}

async function removeLeftOver (deps: ReconcileDeps, work: Work, kinds: readonly KindRef[], signal: AbortSignal): Promise<void> {
  for (const kind of kinds) {
    for (const object of leftOver(kind, work, deps.store(kind.kind).labelled(work.probe.metadata.name))) {
      await deps.applier.remove(kind, object, signal)
      work.writes++
    }
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
