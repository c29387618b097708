// What Strimzi's objects say of themselves: Kafka and KafkaUser fail as NotReady=True, KafkaTopic as Ready=False.
import type { KubeObject } from '../runtime/kube-object.ts'

/** How far an object of Strimzi has come. */
export type StrimziState = { state: 'ready' } | { state: 'failed', message: string } | { state: 'waiting' }

interface Status { observedGeneration?: number, conditions?: { type: string, status: string, reason?: string, message?: string }[] }

/** Reads the state of a KafkaTopic, KafkaUser or Kafka. A state of an earlier generation says nothing yet. */
export function strimziStateOf (object: KubeObject): StrimziState {
  const { observedGeneration, conditions = [] } = (object['status'] ?? {}) as Status

  if (observedGeneration !== object.metadata.generation) {
    return { state: 'waiting' }
  }

  const bad = conditions.find(({ type, status }) => (type === 'Ready' && status === 'False') || (type === 'NotReady' && status === 'True'))

  if (bad !== undefined) {
    return { state: 'failed', message: `${bad.reason ?? 'NotReady'}: ${bad.message ?? 'no message'}` }
  }

  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? { state: 'ready' } : { state: 'waiting' }
}

/** A field of an object's status. */
export function statusField (object: KubeObject | undefined, field: string): unknown {
  return (object?.['status'] as Record<string, unknown> | undefined)?.[field]
}
