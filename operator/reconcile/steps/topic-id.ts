import { ProbeError } from '../../../core/errors.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { KafkaResult } from './kafka-step.ts'

/** Annotation by which a person accepts that the topic was recreated. */
export const TOPIC_ID = 'peerprobe.dev/topic-id'

/** A recreated topic has lost the messages not yet consumed: a person must accept this before anything goes on. @throws ProbeError `PP_TOPIC_RECREATED` */
export function checkTopicId ({ metadata, status }: KubeObject, { topicId }: Pick<KafkaResult, 'topicId'>): void {
  const before = (status as { kafka?: { topicId?: string } } | undefined)?.kafka?.topicId
  const accepted = metadata.annotations?.[TOPIC_ID]

  if (before !== undefined && topicId !== undefined && before !== topicId && accepted !== topicId) {
    throw new ProbeError('PP_TOPIC_RECREATED', `the topic had the id ${before} and has ${topicId}: it was recreated; annotate with ${TOPIC_ID}=${topicId} to continue`)
  }
}
