import { ProbeError } from '../../../core/errors.ts'
import { MANAGED_BY, NAMESPACE_LABEL, PROBE_LABEL } from '../../model/naming/labels.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** Brings one object to its desired state and returns it: the server's answer if something was written, otherwise the object as it was. */
export async function applyDesired (deps: ReconcileDeps, work: Pick<Work, 'probe'>, desired: Desired, signal: AbortSignal): Promise<KubeObject | undefined> {
  const { kind, object } = desired
  const live = await liveOf(deps, desired, signal)

  if (live !== undefined && !isOurs(live, work) && desired.takesOver !== true) {
    const { namespace = '', name } = object.metadata
    throw new ProbeError('PP_FOREIGN_OBJECT', `${kind.kind} ${namespace}/${name} exists and does not belong to this PeerProbe`)
  }
  if (live?.metadata.deletionTimestamp !== undefined) {
    throw new ProbeError('PP_KUBE_CONFLICT', `${kind.kind} ${object.metadata.name} is being deleted`, { details: { waiting: 'Progressing' } })
  }

  return (await deps.applier.ensure(kind, object, live, signal)).object
}

/** Sources of objects: the API server, and the caches if there are any. */
export type LiveReader = Pick<ReconcileDeps, 'client'> & Partial<Pick<ReconcileDeps, 'isWatched' | 'store'>>

/**
 * An object from the cache, or from the server if its kind is not watched or the cache lacks it: the watch shows only
 * objects with our labels, and an object of the same name may belong to another owner.
 */
export async function liveOf (deps: LiveReader, { kind, object: { metadata } }: Desired, signal: AbortSignal): Promise<KubeObject | undefined> {
  const seen = deps.isWatched?.(kind.kind, metadata.namespace) === true ? deps.store?.(kind.kind).get(metadata) : undefined

  return seen ?? await deps.client.get(kind, metadata, signal)
}

/** Brings several objects to their desired state, one after the other. */
export async function applyAll (deps: ReconcileDeps, work: Pick<Work, 'probe'>, desired: readonly Desired[], signal: AbortSignal): Promise<void> {
  for (const each of desired) {
    await applyDesired(deps, work, each, signal)
  }
}

/** Whether an object was created for this PeerProbe. An object that only has the name belongs to another owner. */
export function isOurs ({ metadata: { labels = {}, namespace } }: KubeObject, { probe: { metadata } }: Pick<Work, 'probe'>): boolean {
  return labels['app.kubernetes.io/managed-by'] === MANAGED_BY && labels[PROBE_LABEL] === metadata.name && (labels[NAMESPACE_LABEL] ?? namespace) === metadata.namespace
}
