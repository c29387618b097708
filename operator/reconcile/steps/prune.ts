import { KINDS } from '../../model/naming/kinds.ts'
import { applyAll } from '../apply/apply-step.ts'
import { formerUser } from '../kafka/former-user.ts'
import { isRolled } from './rolled.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

/** Kinds of which a plan may name fewer objects than the one before. The others are in every plan. */
export const PRUNED = [KINDS.configMap, KINDS.deployment, KINDS.job, KINDS.service, KINDS.disruptionBudget, KINDS.networkPolicy] as const

// A pod that ends is held by its policy until it is gone: without any it could reach everything.
const AFTER_ROLL = new Set<string>([KINDS.networkPolicy.kind])

/** A PeerProbe and everything that its plan names. */
export interface Planned extends Pick<Work, 'probe'> { planned: readonly Desired[] }

/** What is there to stay, and how some of it shall be once no pod of an earlier plan is left. */
export interface PrunePlan { planned: readonly Desired[], afterRoll: readonly Desired[] }

/**
 * Removes what belongs to the PeerProbe and is in no plan any more: the objects of a scan that is gone, of an earlier
 * preparation; and once no pod of an earlier plan is left, its Kafka user, or the rights that only it had.
 */
export async function prune (deps: ReconcileDeps, work: Pick<Work, 'probe'>, { planned, afterRoll }: PrunePlan, signal: AbortSignal): Promise<void> {
  const { probe } = work
  await removeLeftOver(deps, { probe, planned }, PRUNED.filter(({ kind }) => !AFTER_ROLL.has(kind)), signal)

  if (!isRolled(deps, { probe, planned })) {
    return
  }

  await removeLeftOver(deps, { probe, planned }, PRUNED.filter(({ kind }) => AFTER_ROLL.has(kind)), signal)
  await applyAll(deps, work, afterRoll, signal)
  const former = await formerUser(deps, probe, signal)

  if (former !== undefined) {
    await deps.applier.remove(former.kind, former.object, signal)
  }
}

async function removeLeftOver (deps: ReconcileDeps, all: Planned, kinds: readonly KindRef[], signal: AbortSignal): Promise<void> {
  for (const kind of kinds) {
    for (const object of leftOver(kind, all, deps.store(kind.kind).labelled(all.probe.metadata.name))) {
      await deps.applier.remove(kind, object, signal)
    }
  }
}

/** Those objects of a kind that belong to the PeerProbe and are in no plan any more. */
export function leftOver ({ kind }: KindRef, { probe, planned }: Planned, objects: readonly KubeObject[]): KubeObject[] {
  const { namespace, uid } = probe.metadata
  const names = new Set(planned.filter(desired => desired.kind.kind === kind).map(({ object }) => object.metadata.name))

  return objects.filter(({ metadata }) => {
    const isOwned = metadata.ownerReferences?.some(owner => owner.uid === uid) === true

    return metadata.namespace === namespace && isOwned && metadata.deletionTimestamp === undefined && !names.has(metadata.name)
  })
}
