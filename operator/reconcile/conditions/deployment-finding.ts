import { isErrorCode, ProbeError } from '../../../core/errors.ts'
import { CONFIG_HASH } from '../../model/pod/pod.ts'
import { good, waiting } from './conditions.ts'
import { worstFailure } from './pod-failure.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { Finding } from './conditions.ts'
import type { PodFailure } from './pod-failure.ts'

interface DeploymentCondition { type: string, status: string, reason?: string, message?: string }
interface DeploymentStatus {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  conditions?: DeploymentCondition[]
}

/** The finding about a Deployment and its pods; the message of the worst pod if the Deployment does not run. `what` is its name in messages. */
export function deploymentFinding (what: string, deployment: KubeObject | undefined, pods: readonly KubeObject[]): Finding {
  const status = (deployment?.['status'] ?? {}) as DeploymentStatus
  const wanted = wantedOf(deployment)
  const refused = failureOf(status)
  const words = worstFailure(pods.filter(pod => isOfTemplate(pod, deployment)))

  if (isCurrent(deployment, status) && isComplete(status, wanted)) {
    return good('Running', `${what}: ${String(wanted)} of ${String(wanted)} ready`)
  }
  if (refused !== undefined) {
    return bad(refused.reason, `${what}: ${String(refused.message)}`)
  }

  return words === undefined
    ? waiting('Progressing', `${what}: ${Number.isNaN(wanted) ? 'is being created' : `${String(status.readyReplicas ?? 0)} of ${String(wanted)} ready`}`)
    : bad(reasonOf(words), `${what}: ${words.reason}: ${words.message}`)
}

/** Whether dependents of a Deployment may start: a pod of its present template is ready and no pod of an earlier one exists, or it has no replicas. */
export function canFollow (deployment: KubeObject | undefined): boolean {
  const status = (deployment?.['status'] ?? {}) as DeploymentStatus
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = status

  return isCurrent(deployment, status) && updatedReplicas === replicas && (readyReplicas > 0 || (wantedOf(deployment) === 0 && replicas === 0))
}

function failureOf ({ conditions = [] }: DeploymentStatus): DeploymentCondition | undefined {
  return conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
}

function bad (reason: string | undefined, message: string): Finding {
  return { status: 'False', reason: reason ?? 'FailedCreate', message }
}

// The failure of a pod of an earlier template may be fixed already.
function isOfTemplate ({ metadata }: KubeObject, deployment: KubeObject | undefined): boolean {
  return metadata.deletionTimestamp === undefined && metadata.annotations?.[CONFIG_HASH] === templateHash(deployment)
}

/** Hash of everything that the pods of a Deployment are built from, in its present template. */
export function templateHash (deployment: KubeObject | undefined): string | undefined {
  const spec = deployment?.['spec'] as { template?: { metadata?: { annotations?: Record<string, string> } } } | undefined

  return spec?.template?.metadata?.annotations?.[CONFIG_HASH]
}

// A Deployment that does not exist yet is not complete.
function wantedOf (deployment: KubeObject | undefined): number {
  return (deployment?.['spec'] as { replicas?: number } | undefined)?.replicas ?? Number.NaN
}

function isComplete ({ replicas = 0, updatedReplicas = 0, readyReplicas = 0 }: DeploymentStatus, wanted: number): boolean {
  return updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted
}

// The termination message of our own processes begins with a code of the error table.
function reasonOf ({ reason, code }: PodFailure): string {
  return isErrorCode(code) ? new ProbeError(code, '').reason : reason
}

// A status of an earlier generation says nothing about the present spec.
function isCurrent (deployment: KubeObject | undefined, { observedGeneration }: DeploymentStatus): boolean {
  return deployment !== undefined && observedGeneration === deployment.metadata.generation
}
