import { ProbeError } from '../../../core/errors.ts'
import { MANAGED_BY, NAMESPACE_LABEL, PROBE_LABEL } from '../../model/naming/labels.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** Brings one object to what is desired, and returns it as it is then: as the server answered where something was written. */
export async function applyDesired (deps: ReconcileDeps, work: Pick<Work, 'probe'>, desired: Desired, signal: AbortSignal): Promise<KubeObject | undefined> {
  const { kind, object } = desired
  const live = await liveOf(deps, desired, signal)

  if (live !== undefined && !isOurs(live, work) && desired.takesOver !== true) {
    const { namespace = '', name } = object.metadata
    throw new ProbeError('PP_FOREIGN_OBJECT', `${kind.kind} ${namespace}/${name} exists and is not of this PeerProbe`)
  }
  if (live?.metadata.deletionTimestamp !== undefined) {
    throw new ProbeError('PP_KUBE_CONFLICT', `${kind.kind} ${object.metadata.name} is being deleted`, { details: { waiting: 'Progressing' } })
  }

  return (await deps.applier.ensure(kind, object, live, signal)).object
}

/** Where objects are read: the caches as well, where there are any. */
export type LiveReader = Pick<ReconcileDeps, 'client'> & Partial<Pick<ReconcileDeps, 'isWatched' | 'store'>>

/**
 * An object as it was seen, or as the server has it where its kind is not watched, or where it was not seen: what is watched
 * is only what carries our labels, and something of the same name may be somebody else's.
 */
export async function liveOf (deps: LiveReader, { kind, object: { metadata } }: Desired, signal: AbortSignal): Promise<KubeObject | undefined> {
  const seen = deps.isWatched?.(kind.kind, metadata.namespace) === true ? deps.store?.(kind.kind).get(metadata) : undefined

  return seen ?? await deps.client.get(kind, metadata, signal)
}

/** Brings several objects to what is desired, one after the other. */
export async function applyAll (deps: ReconcileDeps, work: Pick<Work, 'probe'>, desired: readonly Desired[], signal: AbortSignal): Promise<void> {
  for (const each of desired) {
    await applyDesired(deps, work, each, signal)
  }
}

/** Whether an object was made for this PeerProbe. One that only has its name is somebody else's. */
export function isOurs ({ metadata: { labels = {}, namespace } }: KubeObject, { probe: { metadata } }: Pick<Work, 'probe'>): boolean {
  return labels['app.kubernetes.io/managed-by'] === MANAGED_BY && labels[PROBE_LABEL] === metadata.name && (labels[NAMESPACE_LABEL] ?? namespace) === metadata.namespace
}
