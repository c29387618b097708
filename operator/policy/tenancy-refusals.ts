import { prefixIn } from './name-prefix.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { NamespacePolicy } from './cluster-policy.ts'
import type { Refusal } from './refusal.ts'

/** Topics and consumer groups without the prefix of the namespace. The dead-letter topics and groups begin with the same names. */
export function tenancyRefusals ({ metadata: { namespace }, spec: { kafka } }: ClusterProbe, { topicPrefix, groupPrefix }: NamespacePolicy): Refusal[] {
  const named = [
    { field: 'spec.kafka.topic.name', what: 'topics', name: kafka.topic.name, prefix: prefixIn(topicPrefix, namespace), setting: 'topicPrefix: ""' },
    { field: 'spec.kafka.consumerGroup', what: 'consumer groups', name: kafka.consumerGroup, prefix: prefixIn(groupPrefix, namespace), setting: 'groupPrefix: ""' }
  ]

  return named.filter(({ name, prefix }) => !name.startsWith(prefix)).map(({ field, what, prefix, setting }) => (
    { field, why: `${what} of this namespace begin with ${prefix}`, setting }
  ))
}
