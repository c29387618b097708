// The logs of all pods of a choice at once, for as long as somebody reads: a container that starts again and a pod that
// takes another one's place are followed too, and no line is shown twice.
import { isProbeError, ProbeError } from '../../../core/errors.ts'
import { sleep } from '../../../core/time/sleep.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { followObjects } from '../access/follow-objects.ts'
import { podLog } from './pod-log.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject, ObjectKey } from '../../runtime/kube-object.ts'
import type { FollowDeps } from '../access/follow-objects.ts'
import type { LogChoice } from './pod-log.ts'

/** What following works with. */
export interface FollowLogsDeps extends FollowDeps {
  client: Pick<KubeClient, 'json' | 'watch' | 'bytes'>

  /** Called with each line. */
  onLine: (pod: string, text: string) => void
}

/** Which pods. */
export interface PodsFollowed { namespace: string, labelSelector: string }

// A connection each. More lines than these write are no reading for a person.
const MAX_PODS = 64
const AGAIN_MS = 1_000

// The container is not there yet, or the kubelet does not answer: both may come.
const PASSING: readonly string[] = ['PP_KUBE_INVALID', 'PP_KUBE_UNAVAILABLE']

/** Follows until `signal` aborts. @throws ProbeError an error that is not temporary, such as a missing right */
export async function followLogs (deps: FollowLogsDeps, pods: PodsFollowed, choice: LogChoice, signal: AbortSignal): Promise<void> {
  const failure = new AbortController()
  const life = AbortSignal.any([signal, failure.signal])
  // Those that have ended too: none is followed twice.
  const followed = new Map<string, Promise<void>>()
  const over = new Set<string>()

  const take = ({ metadata, ...pod }: KubeObject): void => {
    const { uid = '' } = metadata

    if (['Succeeded', 'Failed'].includes((pod['status'] as { phase?: string } | undefined)?.phase ?? '')) {
      over.add(uid)
    }
    if (!followed.has(uid)) {
      followed.set(uid, followPod(deps, { ...metadata, isOver: () => over.has(uid) }, choice, life).catch((err: unknown) => {
        failure.abort(err)
      }))
    }
  }

  try {
    for await (const objects of followObjects(deps, { kind: KINDS.pod, ...pods }, life)) {
      if (objects.size > MAX_PODS) {
        throw new ProbeError('PP_CONFIG_INVALID', `${String(objects.size)} pods are more than can be followed at once (${String(MAX_PODS)}): choose with --scan or --consumers`)
      }
      [...objects.values()].forEach(take)
    }
  } finally {
    failure.abort(signal.reason ?? new ProbeError('PP_KUBE_UNAVAILABLE', 'the pods are not followed any more'))
    await Promise.all(followed.values())
  }
}

type FollowedPod = ObjectKey & { isOver: () => boolean }

async function followPod (deps: FollowLogsDeps, pod: FollowedPod, choice: LogChoice, signal: AbortSignal): Promise<void> {
  const seen: Seen = { last: undefined }

  // Asked before its log is read: what it wrote last is in it then.
  for (let isLast = false; !isLast;) {
    isLast = pod.isOver()
    isLast = await readOn(deps, pod, { choice, seen }, signal) || isLast

    if (!isLast) {
      await sleep(deps.clock, AGAIN_MS, signal)
    }
  }
}

/** The time of the last line that was shown. */
interface Seen { last: string | undefined }

interface Reading { choice: LogChoice, seen: Seen }

// Shows what is new until the stream ends, as it does when the container does; true where the pod is gone.
async function readOn ({ client, onLine }: FollowLogsDeps, { namespace, name }: ObjectKey, { choice, seen }: Reading, signal: AbortSignal): Promise<boolean> {
  const where = seen.last === undefined ? choice : { container: choice.container, sinceTime: seen.last }

  try {
    for await (const { time, text } of podLog(client, { namespace, name }, { ...where, follow: true }, signal)) {
      if (isNew(time, seen)) {
        seen.last = time ?? seen.last
        onLine(name, text)
      }
    }
  } catch (err) {
    signal.throwIfAborted()

    if (isProbeError(err, 'PP_KUBE_NOT_FOUND')) {
      return true
    }
    if (!isProbeError(err) || !PASSING.includes(err.code)) {
      throw err
    }
  }

  return false
}

function isNew (time: string | undefined, { last }: Seen): boolean {
  return last === undefined || time === undefined || time > last
}
