import { defined } from '../../../core/defined.ts'
import { toMilliseconds } from '../../../core/time/duration.ts'
import { TopicSpec } from '../../api/kafka-spec.ts'
import { deadLetterTopicOf, neighboursTopicOf } from '../naming/names.ts'
import type { TopicSpec as BusTopic } from '../../../core/bus/port/event-bus.ts'
import type { PeerProbeSpec } from '../../api/v1alpha1.ts'

/** The topics of one PeerProbe. */
export interface Topics {
  messages: BusTopic

  /** One partition: dead letters are few, and are read in their original order. */
  deadLetters: BusTopic

  /** Absent if no scan asks for routing tables. */
  neighbours?: BusTopic
}

/** Whether a scan asks for files of routing tables. */
export function asksForNeighbours ({ scans }: Pick<PeerProbeSpec, 'scans'>): boolean {
  return scans.some(({ active }) => active.enabled && active.neighbours)
}

/** The topics that a PeerProbe asks for. Without `spec.kafka` the defaults of `spec.kafka.topic` apply. */
export function topicsFor ({ kafka, scans }: PeerProbeSpec): Topics {
  const { name, partitions, replicas, retention, neighbours } = kafka?.topic ?? TopicSpec.parse({})
  const copies = replicas === undefined ? {} : { replicas }
  const retentionMs = toMilliseconds(retention)

  return {
    messages: { name, partitions, ...copies, retentionMs },
    deadLetters: { name: deadLetterTopicOf(name), partitions: 1, ...copies, retentionMs },
    ...defined({
      neighbours: asksForNeighbours({ scans })
        ? { name: neighboursTopicOf(name), partitions: neighbours.partitions, ...copies, retentionMs: toMilliseconds(neighbours.retention) }
        : undefined
    })
  }
}
