import { KINDS } from '../model/kinds.ts'
import type { ReconcileDeps, Work } from './context.ts'

// The other kinds are in every plan.
const PRUNED = [KINDS.configMap, KINDS.deployment, KINDS.job, KINDS.disruptionBudget] as const

/** Removes what belongs to the PeerProbe and is in no plan any more: the objects of a scan that is gone, of an earlier preparation. */
export async function prune (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<void> {
  const { metadata: { name, namespace, uid } } = work.probe
  const planned = new Set(work.planned.map(({ kind, object }) => `${kind.kind} ${object.metadata.name}`))

  for (const kind of PRUNED) {
    for (const object of deps.store(kind.kind).labelled(name)) {
      const { metadata } = object
      const isOwned = metadata.ownerReferences?.some(owner => owner.uid === uid) === true

      if (metadata.namespace === namespace && isOwned && metadata.deletionTimestamp === undefined && !planned.has(`${kind.kind} ${metadata.name}`)) {
        await deps.applier.remove(kind, object, signal)
        work.writes++
      }
    }
  }
}
