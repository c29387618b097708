import { toMilliseconds } from '../../../core/time/duration.ts'
import { TopicSpec } from '../../api/kafka-spec.ts'
import { deadLetterTopicOf } from '../naming/names.ts'
import type { TopicSpec as BusTopic } from '../../../core/bus/port/event-bus.ts'
import type { PeerProbeSpec } from '../../api/v1alpha1.ts'

/** The topics of one PeerProbe. */
export interface Topics {
  messages: BusTopic

  /** One partition: dead letters are few, and are read in their original order. */
  deadLetters: BusTopic
}

/** The topics that a PeerProbe asks for. Without `spec.kafka` the defaults of `spec.kafka.topic` apply. */
export function topicsFor ({ kafka }: PeerProbeSpec): Topics {
  const { name, partitions, replicas, retention } = kafka?.topic ?? TopicSpec.parse({})
  const copies = replicas === undefined ? {} : { replicas }
  const retentionMs = toMilliseconds(retention)

  return {
    messages: { name, partitions, ...copies, retentionMs },
    deadLetters: { name: deadLetterTopicOf(name), partitions: 1, ...copies, retentionMs }
  }
}
