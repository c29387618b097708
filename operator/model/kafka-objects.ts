import { strimziKinds } from './kinds.ts'
import { labelsFor, NAMESPACE_LABEL } from './labels.ts'
import { kafkaUserName } from './names.ts'
import { owned } from './owned.ts'
import { topicsFor } from './topics.ts'
import type { TopicSpec } from '../../core/bus/event-bus.ts'
import type { Desired } from './owned.ts'
import type { ClusterProbe } from './world.ts'

/** Where Strimzi runs the Kafka of a PeerProbe. */
export interface StrimziPlace {
  /** Served version of Strimzi's kinds. */
  version: string

  /** Name and namespace of the Kafka resource. */
  cluster: string
  namespace: string
}

/** The topics, and the user where there is authentication. They live where the Kafka resource does. */
export function kafkaObjects (probe: ClusterProbe, place: StrimziPlace): { topics: Desired[], user: Desired | undefined } {
  const { kafkaTopic, kafkaUser } = strimziKinds(place.version)
  const { messages, deadLetters } = topicsFor(probe.spec)
  const { type } = probe.spec.kafka.authentication

  return {
    topics: [messages, deadLetters].map(topic => inKafka(probe, place, { kind: kafkaTopic, object: {
      apiVersion: kafkaTopic.apiVersion,
      kind: kafkaTopic.kind,
      metadata: { name: topic.name },
      spec: topicSpec(topic)
    } }, probe.spec.kafka.topic.deletionPolicy === 'Delete')),
    user: type === 'none'
      ? undefined
      : inKafka(probe, place, { kind: kafkaUser, object: {
          apiVersion: kafkaUser.apiVersion,
          kind: kafkaUser.kind,
          metadata: { name: kafkaUserName(probe.metadata) },
          spec: { authentication: { type }, authorization: { type: 'simple', acls: aclsOf(probe, [messages.name, deadLetters.name]) } }
        } }, true)
  }
}

function topicSpec ({ partitions, replicas, retentionMs }: TopicSpec): Record<string, unknown> {
  return { partitions, ...replicas === undefined ? {} : { replicas }, config: { 'retention.ms': retentionMs } }
}

// The group's name is a prefix: the dead letters are replayed by a group beside it.
function aclsOf ({ spec: { kafka: { consumerGroup } } }: ClusterProbe, topics: readonly string[]): Record<string, unknown>[] {
  return [
    ...topics.map(name => ({ resource: { type: 'topic', name, patternType: 'literal' }, operations: ['Read', 'Write', 'Describe', 'DescribeConfigs'] })),
    { resource: { type: 'group', name: consumerGroup, patternType: 'prefix' }, operations: ['Read', 'Describe'] }
  ]
}

// In its own namespace an object goes with the PeerProbe by itself, unless it shall stay; in another one the operator removes it.
function inKafka (probe: ClusterProbe, { cluster, namespace }: StrimziPlace, { kind, object }: Desired, goesWithProbe: boolean): Desired {
  const labels = { ...labelsFor(probe.metadata, 'kafka'), [NAMESPACE_LABEL]: probe.metadata.namespace, 'strimzi.io/cluster': cluster }

  if (namespace === probe.metadata.namespace && goesWithProbe) {
    return owned(kind, probe, object.metadata.name, { labels, spec: object['spec'] })
  }

  return { kind, object: { ...object, metadata: { name: object.metadata.name, namespace, labels } } }
}
