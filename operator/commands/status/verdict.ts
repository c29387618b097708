// The one sentence that a person reads first. It comes from the Ready condition, but does not believe it blindly: the
// operator may not have seen the last change, may be gone, or a crawler may run and crawl no more.
import { ERRORS } from '../../../core/errors.ts'
import { toMilliseconds } from '../../../core/time/duration.ts'
import { HELD_BY } from '../../reconcile/observe/strimzi-status.ts'
import { PAUSE } from '../../reconcile/paused.ts'
import { POOR_CRAWL } from '../../reconcile/status/process-findings.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { StatusBefore } from '../../reconcile/status/status.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Whether a PeerProbe is healthy. */
export interface Verdict {
  /** `degraded`: it runs, and something of it needs a look. */
  state: 'healthy' | 'degraded' | 'unhealthy'

  /** Of the Ready condition, or `NoStatus`, `ChangeNotSeen`, `CrawlLate`. */
  reason: string

  /** What is so. */
  message: string

  /** What to do about it; null where nothing is. */
  action: string | null
}

const BY_CODE: ReadonlyMap<string, string> = new Map(Object.values(ERRORS).map(({ reason, action }) => [reason, action]))
const LOOK_AT_OPERATOR = 'Check that the operator runs and looks after this namespace: `kubectl get pods -A -l app.kubernetes.io/name=peerprobe-operator`, and its log.'
const WAIT = 'Wait for it: `kubectl peerprobe status NAME --wait`. Where it does not go on, look at the conditions below.'

// What is no failure has no code.
const BY_STATE: Readonly<Record<string, string>> = {
  Paused: `Remove the annotation ${PAUSE} to let the operator go on.`,
  Suspended: 'Set spec.suspend to false to start crawlers and consumers again.'
}

// A crawl starts a twentieth of the interval early or late, and its end is in the status a minute later.
const JITTER = 1.05
const SLACK_MS = 300_000

/** Judges one PeerProbe. */
export function verdictOf (object: KubeObject, nowMs: number): Verdict {
  const { conditions = [], observedGeneration } = (object['status'] ?? {}) as StatusBefore
  const ready = conditions.find(({ type }) => type === 'Ready')

  if (ready === undefined) {
    return { state: 'unhealthy', reason: 'NoStatus', message: 'the operator has not written a status yet', action: LOOK_AT_OPERATOR }
  }

  const { status, reason, message } = ready

  if (observedGeneration !== object.metadata.generation) {
    return { state: 'unhealthy', reason: 'ChangeNotSeen', message: `the operator has not seen the last change yet; of the one before it said: ${message}`, action: LOOK_AT_OPERATOR }
  }
  if (status !== 'True') {
    return { state: 'unhealthy', reason, message, action: actionFor(reason) ?? WAIT.replace('NAME', object.metadata.name) }
  }

  return lateCrawl(object, nowMs) ?? poor(object) ?? { state: 'healthy', reason, message, action: null }
}

/** What a person does about a reason; undefined where the reason is nothing to do something about. */
export function actionFor (reason: string): string | undefined {
  return BY_CODE.get(reason) ?? BY_STATE[reason]
}

// With `--no-pod-status` no crawl is known, and none is missed.
function lateCrawl ({ metadata: { name: probe }, ...object }: KubeObject, nowMs: number): Verdict | undefined {
  const { scans = [] } = (object['spec'] ?? {}) as Partial<ClusterSpec>
  const { scans: seen = [] } = (object['status'] ?? {}) as StatusBefore

  for (const { name, active } of scans.filter(scan => scan.active.enabled)) {
    const finishedAt = seen.find(scan => scan.name === name)?.lastCrawl?.finishedAt
    const latestMs = JITTER * toMilliseconds(active.interval) + toMilliseconds(active.maxDuration) + SLACK_MS

    if (finishedAt !== undefined && nowMs - Date.parse(finishedAt) > latestMs) {
      return {
        state: 'degraded',
        reason: 'CrawlLate',
        message: `everything runs, but the last crawl of ${name} that is known ended at ${finishedAt}, longer ago than its interval and its limit together`,
        action: `Read what its crawler says: \`kubectl peerprobe logs ${probe} --scan ${name}\`. Where that is in order, read the log of the operator.`
      }
    }
  }

  return undefined
}

function poor (object: KubeObject): Verdict | undefined {
  const { conditions = [], scans = [] } = (object['status'] ?? {}) as StatusBefore
  const [note] = scans.flatMap(({ notes = [] }) => notes)
  const found = conditions.find(({ reason }) => reason === POOR_CRAWL || Object.hasOwn(HELD_BY, reason))

  return found === undefined
    ? undefined
    : { state: 'degraded', reason: found.reason, message: found.message, action: (note === undefined ? undefined : actionFor(note.reason)) ?? 'Look at the conditions and at the notes of the scans below.' }
}
