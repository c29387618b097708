// How a container ended, in words: our processes leave a message, the kernel and broken images leave a number.
import type { KubeObject } from '../../runtime/kube-object.ts'

/** The status of a container in the fields that are read. */
export interface ContainerStatus {
  name?: string
  ready?: boolean
  state?: { waiting?: { reason?: string, message?: string }, terminated?: Terminated }
  lastState?: { terminated?: Terminated }
}

interface Terminated { exitCode?: number, reason?: string, message?: string }
interface Container { name: string, resources?: { limits?: Record<string, string> } }

// A shell's way to write that a signal ended a process.
const SIGNAL_BASE = 128
const ABORTED = 134

/** The failed end of a container. */
export interface Termination {
  /** Its termination message, or what its exit code means and what to do. */
  message: string

  /** Whether the kernel ended it because it reached its memory limit. */
  isOutOfMemory: boolean
}

/** How a container ended, or ended before it was restarted; undefined if it never did, or without a failure. */
export function lastTermination (pod: KubeObject, container: ContainerStatus): Termination | undefined {
  const { state, lastState } = container
  const terminated = state?.terminated ?? lastState?.terminated

  if (terminated === undefined || terminated.exitCode === 0) {
    return undefined
  }

  const { message = '', reason, exitCode } = terminated

  if (reason === 'OOMKilled') {
    return { isOutOfMemory: true, message: memoryAdvice(pod, container) }
  }

  return { isOutOfMemory: false, message: message === '' ? exitAdvice(pod, container, exitCode) : message }
}

function memoryAdvice (pod: KubeObject, { name }: ContainerStatus): string {
  const { containers = [], initContainers = [] } = (pod['spec'] ?? {}) as { containers?: Container[], initContainers?: Container[] }
  const limit = [...initContainers, ...containers].find(container => container.name === name)?.resources?.limits?.['memory']
  const scan = pod.metadata.labels?.['peerprobe.dev/scan']
  const field = scan === undefined ? 'spec.consumer.pod.resources.limits.memory' : `pod.resources.limits.memory of the scan ${scan}`

  return `it used more memory than its limit${limit === undefined ? '' : ` of ${limit}`}: raise ${field}`
}

function exitAdvice ({ metadata: { name: pod, namespace = '' } }: KubeObject, { name = '', state }: ContainerStatus, exitCode = 0): string {
  const heap = exitCode === ABORTED ? ' (Node aborts when its memory is not enough)' : ''
  const end = exitCode > SIGNAL_BASE ? `signal ${String(exitCode - SIGNAL_BASE)} ended it${heap}` : `it ended with exit code ${String(exitCode)}`
  const previous = state?.terminated === undefined ? ' --previous' : ''

  return `${end} and left no message: read its log (kubectl logs ${pod} -n ${namespace} -c ${name}${previous})`
}
