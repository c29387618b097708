// The status of Strimzi's objects: Kafka and KafkaUser fail as NotReady=True, KafkaTopic as Ready=False.
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Why Strimzi leaves an object alone, in Strimzi's terms. */
export type HeldReason = 'ReconciliationPaused' | 'Unmanaged'

/** State of a Strimzi object. Held: a person paused it in Strimzi. */
export type StrimziState = { state: 'ready' } | { state: 'failed', message: string } | { state: 'held', reason: HeldReason } | { state: 'waiting' }

/** Annotations by which a person tells Strimzi to leave an object alone, and the condition that Strimzi sets. */
export const HELD_BY: Readonly<Record<HeldReason, { annotation: string, value: string }>> = {
  ReconciliationPaused: { annotation: 'strimzi.io/pause-reconciliation', value: 'true' },
  Unmanaged: { annotation: 'strimzi.io/managed', value: 'false' }
}

const HELD_REASONS = Object.keys(HELD_BY) as HeldReason[]

interface Status { observedGeneration?: number, conditions?: { type: string, status: string, reason?: string, message?: string }[] }

/** Reads the state of a KafkaTopic, KafkaUser or Kafka. A state of an earlier generation is ignored. */
export function strimziStateOf (object: KubeObject): StrimziState {
  const { observedGeneration, conditions = [] } = (object['status'] ?? {}) as Status
  const reason = heldBy(object) ?? HELD_REASONS.find(type => conditions.some(condition => condition.type === type && condition.status === 'True'))

  if (reason !== undefined) {
    return { state: 'held', reason }
  }
  if (observedGeneration !== object.metadata.generation) {
    return { state: 'waiting' }
  }

  const bad = conditions.find(({ type, status }) => (type === 'Ready' && status === 'False') || (type === 'NotReady' && status === 'True'))

  if (bad !== undefined) {
    return { state: 'failed', message: `${bad.reason ?? 'NotReady'}: ${bad.message ?? 'no message'}` }
  }

  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? { state: 'ready' } : { state: 'waiting' }
}

/**
 * Why Strimzi leaves an object alone, by its annotations, even before Strimzi reports it; undefined if it does not. Users
 * cannot be unmanaged: that annotation has no effect on them.
 */
export function heldBy ({ kind, metadata: { annotations = {} } }: KubeObject): HeldReason | undefined {
  return HELD_REASONS.filter(reason => reason === 'ReconciliationPaused' || kind !== 'KafkaUser').find((reason) => {
    const { annotation, value } = HELD_BY[reason]
    const given = annotations[annotation]

    // Strimzi ignores the case of the first value (`True`), but not of the second.
    return given === value || (reason === 'ReconciliationPaused' && given?.toLowerCase() === value)
  })
}

/** A field of an object's status. */
export function statusField (object: KubeObject | undefined, field: string): unknown {
  return (object?.['status'] as Record<string, unknown> | undefined)?.[field]
}
