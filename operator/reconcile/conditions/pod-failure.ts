import type { KubeObject } from '../../runtime/kube-object.ts'

interface ContainerStatus {
  state?: { waiting?: { reason?: string, message?: string }, terminated?: Terminated }
  lastState?: { terminated?: Terminated }
}
interface Terminated { exitCode?: number, reason?: string, message?: string }
interface PodCondition { type: string, status: string, reason?: string, message?: string }
interface PodStatus { conditions?: PodCondition[], initContainerStatuses?: ContainerStatus[], containerStatuses?: ContainerStatus[] }

// The worst first: failures that a person must fix come before those that may pass.
const RANKS = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'CreateContainerConfigError', 'CrashLoopBackOff', 'Unschedulable', 'Error']

/** Why a pod does not run. */
export interface PodFailure {
  reason: string
  message: string

  /** The error code in the termination message of its process, if any. */
  code: string | undefined
}

/** The worst failure of some pods; undefined when no pod reports one. */
export function worstFailure (pods: readonly KubeObject[]): PodFailure | undefined {
  const rank = ({ reason }: PodFailure): number => RANKS.includes(reason) ? RANKS.indexOf(reason) : RANKS.length

  return pods.flatMap(pod => wordsOf(pod) ?? []).sort((a, b) => rank(a) - rank(b))[0]
}

function wordsOf (pod: KubeObject): PodFailure | undefined {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')

  if (unscheduled !== undefined) {
    return { reason: unscheduled.reason ?? 'Unschedulable', message: unscheduled.message ?? '', code: undefined }
  }

  return [...initContainerStatuses, ...containerStatuses.slice(0, 1)].flatMap(container => wordsOfContainer(container) ?? [])[0]
}

function wordsOfContainer ({ state = {}, lastState = {} }: ContainerStatus): PodFailure | undefined {
  const { waiting = {}, terminated } = state
  const lastWords = textOf(terminated ?? lastState.terminated)
  const { reason = '', message = '' } = waiting

  if (RANKS.includes(reason)) {
    return { reason, message: lastWords === '' ? message : lastWords, code: codeIn(lastWords) }
  }

  return hasFailed(terminated) ? { reason: 'Error', message: lastWords, code: codeIn(lastWords) } : undefined
}

function textOf (terminated: Terminated | undefined): string {
  return terminated?.message ?? ''
}

function hasFailed (terminated: Terminated | undefined): boolean {
  return terminated !== undefined && terminated.exitCode !== 0
}

function codeIn (text: string): string | undefined {
  return /\bPP_[A-Z_]+\b/.exec(text)?.[0]
}
