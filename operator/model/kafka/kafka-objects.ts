import { deadLetterGroupOf } from '../../../core/contracts/dead-letter.ts'
import { neighboursGroupOf } from '../../../core/contracts/edges/neighbours.ts'
import { defined } from '../../../core/defined.ts'
import { strimziKinds } from '../naming/kinds.ts'
import { labelsFor, NAMESPACE_LABEL } from '../naming/labels.ts'
import { kafkaUserName } from '../naming/names.ts'
import { owned } from '../probe/owned.ts'
import { topicsFor } from './topics.ts'
import type { TopicSpec } from '../../../core/bus/port/event-bus.ts'
import type { ClusterProbe } from '../probe/cluster-probe.ts'
import type { Desired } from '../probe/owned.ts'

/** The Strimzi Kafka resource of a PeerProbe. */
export interface StrimziPlace {
  /** Served version of Strimzi's kinds. */
  version: string

  /** Name and namespace of the Kafka resource. */
  cluster: string
  namespace: string
}

/** The topics and, with authentication, the user under the given name. They live in the namespace of the Kafka resource. */
export function kafkaObjects (
  probe: ClusterProbe,
  place: StrimziPlace,
  userName = kafkaUserName(probe.metadata)
): { topics: Desired[], user: Desired | undefined } {
  const { kafkaTopic, kafkaUser } = strimziKinds(place.version)
  const { messages, deadLetters, neighbours } = topicsFor(probe.spec)
  const topics = [messages, deadLetters, ...neighbours === undefined ? [] : [neighbours]]
  const { consumerGroup } = probe.spec.kafka
  const groups = [consumerGroup, deadLetterGroupOf(consumerGroup), ...neighbours === undefined ? [] : [neighboursGroupOf(consumerGroup)]]
  const { type } = probe.spec.kafka.authentication

  return {
    topics: topics.map(topic => inKafka(probe, place, { kind: kafkaTopic, object: {
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
          metadata: { name: userName },
          spec: { authentication: { type }, authorization: { type: 'simple', acls: aclsOf(topics.map(({ name }) => name), groups) } }
        } }, true)
  }
}

function topicSpec ({ partitions, replicas, retentionMs }: TopicSpec): Record<string, unknown> {
  return { partitions, ...defined({ replicas }), config: { 'retention.ms': retentionMs } }
}

// Exactly the operations of the processes and commands of one PeerProbe. A test compares them with the requests that a real authorizer saw.
function aclsOf (topics: readonly string[], groups: readonly string[]): Record<string, unknown>[] {
  const acl = (type: 'topic' | 'group', name: string, operations: readonly string[]): Record<string, unknown> => ({ resource: { type, name, patternType: 'literal' }, operations })

  return [
    ...topics.map(name => acl('topic', name, ['Read', 'Write', 'Describe'])),
    ...groups.map(name => acl('group', name, ['Read', 'Describe']))
  ]
}

// In the PeerProbe's namespace an owner reference removes the object with the PeerProbe, unless the
// object is to stay. In another namespace the operator removes it.
function inKafka (probe: ClusterProbe, { cluster, namespace }: StrimziPlace, { kind, object }: Desired, goesWithProbe: boolean): Desired {
  const labels = { ...labelsFor(probe.metadata, 'kafka'), [NAMESPACE_LABEL]: probe.metadata.namespace, 'strimzi.io/cluster': cluster }

  if (namespace === probe.metadata.namespace && goesWithProbe) {
    return owned(kind, probe, object.metadata.name, { labels, spec: object['spec'] })
  }

  return { kind, object: { ...object, metadata: { name: object.metadata.name, namespace, labels } } }
}
