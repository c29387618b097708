import { lastTermination } from './termination.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ContainerStatus } from './termination.ts'

interface PodCondition { type: string, status: string, reason?: string, message?: string }
interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  conditions?: PodCondition[]
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
}

/**
 * The worst first: failures that a person must fix come before those that may pass. A kubelet reports most of them while a
 * container waits (kubernetes, pkg/kubelet/images/types.go and pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
const RANKS = [
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'OOMKilled',
  'CrashLoopBackOff',
  'Unschedulable',
  'Error'
]

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

  return pods.flatMap(pod => failureOf(pod) ?? []).sort((a, b) => rank(a) - rank(b))[0]
}

function failureOf (pod: KubeObject): PodFailure | undefined {
  const status = (pod['status'] ?? {}) as PodStatus
  const { initContainerStatuses = [], containerStatuses = [] } = status

  return failureOfPod(status) ?? [...initContainerStatuses, ...containerStatuses.slice(0, 1)].flatMap(container => failureOfContainer(pod, container) ?? [])[0]
}

// A pod that no node runs, or that its kubelet ended or did not admit: its containers say nothing, or less.
function failureOfPod ({ phase, reason, message = '', conditions = [] }: PodStatus): PodFailure | undefined {
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')

  if (unscheduled !== undefined) {
    return { reason: unscheduled.reason ?? 'Unschedulable', message: unscheduled.message ?? '', code: undefined }
  }

  return phase === 'Failed' && reason !== undefined ? { reason, message, code: undefined } : undefined
}

function failureOfContainer (pod: KubeObject, container: ContainerStatus): PodFailure | undefined {
  const { waiting, terminated } = container.state ?? {}
  const last = lastTermination(pod, container)

  // It is the cause of the other reasons, and of a container that starts again.
  if (last?.isOutOfMemory === true && container.ready !== true) {
    return asFailure('OOMKilled', last.message)
  }

  return failureOfWaiting(waiting, last?.message) ?? (terminated === undefined || last === undefined ? undefined : asFailure('Error', last.message))
}

// An image that cannot be pulled is not explained by how the container of an earlier one ended.
function failureOfWaiting ({ reason = '', message }: { reason?: string, message?: string } = {}, last?: string): PodFailure | undefined {
  const [first, second] = reason === 'CrashLoopBackOff' ? [last, message] : [message, last]

  return RANKS.includes(reason) ? asFailure(reason, first ?? second) : undefined
}

function asFailure (reason: string, message = ''): PodFailure {
  return { reason, message, code: /\bPP_[A-Z_]+\b/.exec(message)?.[0] }
}
