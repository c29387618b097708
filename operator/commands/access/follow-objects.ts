// Follows objects by list and watch, for a command that waits: what was missed while a connection was broken is found by
// the next list. Unlike the operator's reflector it reports what cannot get better, such as a missing right, at once.
import { defined } from '../../../core/defined.ts'
import { isProbeError } from '../../../core/errors.ts'
import { backoffMs } from '../../../core/time/backoff.ts'
import { sleep } from '../../../core/time/sleep.ts'
import { kubeError } from '../../runtime/kube-error.ts'
import { keyOf, pathOf } from '../../runtime/kube-object.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'

/** What is followed. */
export interface Followed {
  kind: KindRef

  /** Of all namespaces where absent. */
  namespace?: string | undefined

  /** Only the object of this name. */
  name?: string | undefined

  labelSelector?: string | undefined
}

/** What following works with. */
export interface FollowDeps {
  client: Pick<KubeClient, 'json' | 'watch'>
  clock: Clock
}

interface WatchEvent { type: string, object: KubeObject & { code?: number } }

// The server closes a watch by itself after this long; one that says nothing for longer is dead.
const WATCH_SECONDS = 60
const SILENT_MS = 75_000
const BACKOFF = { initialMs: 200, maxMs: 5_000 }
const PASSING: readonly string[] = ['PP_KUBE_UNAVAILABLE', 'PP_KUBE_GONE', 'PP_KUBE_CONFLICT']

/**
 * Yields all objects, by namespace/name, at once and after each change, until the caller has seen enough or `signal` aborts.
 *
 * @throws ProbeError the error of the first request, and later every error that is not temporary
 */
export async function* followObjects (deps: FollowDeps, followed: Followed, signal: AbortSignal): AsyncGenerator<ReadonlyMap<string, KubeObject>> {
  for (let failures = 0, wasSeen = false; ;) {
    const life = AbortSignal.any([signal, AbortSignal.timeout(SILENT_MS)])

    try {
      for await (const objects of listAndWatch(deps, followed, life)) {
        failures = 0
        wasSeen = true
        yield objects
      }
    } catch (err) {
      signal.throwIfAborted()
      failures += life.aborted ? 0 : 1
      throwIfLasting(err, { isLate: life.aborted, wasSeen })
    }

    await sleep(deps.clock, failures === 0 ? 0 : backoffMs(failures, BACKOFF), signal)
  }
}

// One list and the watch from there on.
async function* listAndWatch ({ client }: FollowDeps, followed: Followed, signal: AbortSignal): AsyncGenerator<ReadonlyMap<string, KubeObject>> {
  const { kind, namespace, name, labelSelector } = followed
  const path = pathOf(kind, { namespace })
  const query = defined({ fieldSelector: name === undefined ? undefined : `metadata.name=${name}`, labelSelector }) as Record<string, string>
  const list = await client.json({ method: 'GET', path, query }, signal) as { metadata: { resourceVersion?: string }, items: KubeObject[] }
  const objects = new Map(list.items.map(item => [keyOf(item.metadata), item]))
  yield objects

  const from = { watch: 'true', timeoutSeconds: String(WATCH_SECONDS), resourceVersion: list.metadata.resourceVersion ?? '' }

  for await (const event of client.watch(path, { ...query, ...from }, undefined, signal)) {
    if (takeIn(objects, event as WatchEvent, kind)) {
      yield objects
    }
  }
}

// Whether anything changed.
function takeIn (objects: Map<string, KubeObject>, { type, object }: WatchEvent, { plural }: KindRef): boolean {
  if (type === 'ERROR') {
    throw kubeError(object.code ?? 500, object, `watch of ${plural}`)
  }
  if (type === 'DELETED') {
    return objects.delete(keyOf(object.metadata))
  }
  if (type !== 'BOOKMARK') {
    objects.set(keyOf(object.metadata), object)
  }

  return type !== 'BOOKMARK'
}

// Where the very first request fails, a person waits for an answer, not for better times.
function throwIfLasting (err: unknown, { isLate, wasSeen }: { isLate: boolean, wasSeen: boolean }): void {
  if (!isLate && (!wasSeen || !isProbeError(err) || !PASSING.includes(err.code))) {
    throw err
  }
}
