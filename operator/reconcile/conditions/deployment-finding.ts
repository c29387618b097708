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

/** What a Deployment and its pods tell; the worst pod's own words where it does not run. `what` names it. */
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
    ? waiting('Progressing', `${what}: ${Number.isNaN(wanted) ? 'is being made' : `${String(status.readyReplicas ?? 0)} of ${String(wanted)} ready`}`)
    : bad(reasonOf(words), `${what}: ${words.reason}: ${words.message}`)
}

/** Whether what depends on a Deployment may follow: a pod of its present template is ready and none of an earlier one is there, or no pod is asked for. */
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

// What a pod of an earlier template says may be mended already.
function isOfTemplate ({ metadata }: KubeObject, deployment: KubeObject | undefined): boolean {
  return metadata.deletionTimestamp === undefined && metadata.annotations?.[CONFIG_HASH] === templateHash(deployment)
}

/** Hash of all that the pods of a Deployment are made from, as its template has it now. */
export function templateHash (deployment: KubeObject | undefined): string | undefined {
  const spec = deployment?.['spec'] as { template?: { metadata?: { annotations?: Record<string, string> } } } | undefined

  return spec?.template?.metadata?.annotations?.[CONFIG_HASH]
}

// A Deployment that is not there yet is never complete.
function wantedOf (deployment: KubeObject | undefined): number {
  return (deployment?.['spec'] as { replicas?: number } | undefined)?.replicas ?? Number.NaN
}

function isComplete ({ replicas = 0, updatedReplicas = 0, readyReplicas = 0 }: DeploymentStatus, wanted: number): boolean {
  return updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted
}

// The last words of our own processes begin with a code of the error table.
function reasonOf ({ reason, code }: PodFailure): string {
  return isErrorCode(code) ? new ProbeError(code, '').reason : reason
}

// A status of an earlier generation says nothing of what was asked for since.
function isCurrent (deployment: KubeObject | undefined, { observedGeneration }: DeploymentStatus): boolean {
  return deployment !== undefined && observedGeneration === deployment.metadata.generation
}
