import { KINDS } from '../../model/naming/kinds.ts'
import { applyAll } from '../apply/apply-step.ts'
import { formerUser } from '../kafka/former-user.ts'
import { isRolled } from './rolled.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

/** Kinds of which a plan may contain fewer objects than the plan before. Objects of other kinds are in every plan. */
export const PRUNED = [KINDS.configMap, KINDS.deployment, KINDS.cronJob, KINDS.job, KINDS.service, KINDS.disruptionBudget, KINDS.networkPolicy] as const

// The network policy of a terminating pod stays until the pod is gone: without a policy the pod could reach everything.
const AFTER_ROLL = new Set<string>([KINDS.networkPolicy.kind])

/** A PeerProbe and everything in its plan. */
export interface Planned extends Pick<Work, 'probe'> { planned: readonly Desired[] }

/** The objects that stay, and the final state of some of them once no pod of an earlier plan is left. */
export interface PrunePlan { planned: readonly Desired[], afterRoll: readonly Desired[] }

/**
 * Removes objects of the PeerProbe that are no longer in its plan: those of a removed scan or of an earlier
 * preparation. Once no pod of an earlier plan is left, also removes the Kafka user of that plan, or the rights that
 * only that plan needed.
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

/** The objects of a kind that belong to the PeerProbe and are no longer in its plan. */
export function leftOver ({ kind }: KindRef, { probe, planned }: Planned, objects: readonly KubeObject[]): KubeObject[] {
  const { namespace, uid } = probe.metadata
  const names = new Set(planned.filter(desired => desired.kind.kind === kind).map(({ object }) => object.metadata.name))

  return objects.filter(({ metadata }) => {
    const isOwned = metadata.ownerReferences?.some(owner => owner.uid === uid) === true

    return metadata.namespace === namespace && isOwned && metadata.deletionTimestamp === undefined && !names.has(metadata.name)
  })
}
