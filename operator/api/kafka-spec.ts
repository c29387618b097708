import { z } from 'zod'
import { BrokerAddress } from '../../core/contracts/kafka/broker-address.ts'
import { DurationText } from '../../core/time/duration.ts'
import { CaSecret, NamespaceName, ObjectName } from './references.ts'
import { durationRule, valueAt, withRules } from './rules.ts'
import type { Rule } from './rules.ts'

const has = (value: unknown, ...path: string[]): boolean => valueAt(value, path) !== undefined

const topicRules: readonly Rule[] = [
  { cel: 'self.name == oldSelf.name', path: ['name'], message: 'cannot be changed: consumers would lose their position' },
  { cel: 'self.partitions >= oldSelf.partitions', path: ['partitions'], message: 'cannot be reduced: Kafka does not allow it' },
  { cel: '!has(oldSelf.neighbours) || self.neighbours.partitions >= oldSelf.neighbours.partitions', path: ['neighbours', 'partitions'], message: 'cannot be reduced: Kafka does not allow it' },
  durationRule(['retention'], { min: '1m', max: '87600h' }),
  durationRule(['neighbours', 'retention'], { min: '1h', max: '87600h' })
]

/** The topic that crawlers publish to and consumers read. The embedded log uses the same defaults. */
export const TopicSpec = withRules(z.strictObject({
  // Short enough that the longer name of the dead-letter topic is still a valid topic name (249) and object name.
  name: z.string().min(1).max(200).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower-case letters, digits, hyphens and dots').default('ipfs-nodes').describe('Name of the topic; dead letters go to the topic of this name with -dead-letters appended, routing tables (`active.neighbours` of a scan) to that with -neighbours.'),
  partitions: z.int().min(1).max(1_024).default(3).describe('Partitions, which is also the largest number of consumers that can share the work.'),
  replicas: z.int().min(1).max(32).optional().describe('Replicas of each partition; the brokers\' default when absent.'),
  retention: DurationText.default('168h').describe('How long messages are kept.'),
  neighbours: z.strictObject({
    partitions: z.int().min(1).max(32).default(1).describe('Partitions. The routing tables of one scan are in one partition.'),
    retention: DurationText.default('24h').describe('How long messages are kept: longer than a crawl takes, and than consumers may be stopped.')
  }).prefault({}).describe('The topic of routing tables, which exists if a scan asks for them (`active.neighbours`).'),
  deletionPolicy: z.enum(['Retain', 'Delete']).default('Retain').describe('What happens to the topics when the PeerProbe is deleted.')
}).prefault({}), 'The topic of visits and crawls.', topicRules)

// `namespace` is a reserved word of CEL, which Kubernetes escapes.
const strimziRules: readonly Rule[] = [
  { cel: 'self.cluster == oldSelf.cluster', path: ['cluster'], message: 'cannot be changed: the messages would stay behind' },
  {
    cel: 'has(self.__namespace__) == has(oldSelf.__namespace__) && (!has(self.__namespace__) || self.__namespace__ == oldSelf.__namespace__)',
    path: ['namespace'],
    message: 'cannot be changed: the messages would stay behind'
  }
]

const StrimziSpec = withRules(z.strictObject({
  cluster: ObjectName.describe('Name of the Kafka resource.'),
  namespace: NamespaceName.optional().describe('Namespace of the Kafka resource; the PeerProbe\'s when absent. A Kafka resource in another namespace must allow the PeerProbe\'s namespace with annotation peerprobe.dev/allowed-namespaces.'),
  listener: z.string().min(1).max(25).regex(/^[a-z0-9]+$/, 'must be the name of a listener: lower-case letters and digits').optional().describe('Name of the listener to use; chosen by the authentication when absent.')
}), 'A Kafka cluster that Strimzi runs.', strimziRules)

const kafkaRules: readonly Rule[] = [
  {
    cel: 'has(self.strimzi) != has(self.brokers)',
    path: [],
    message: 'give exactly one of strimzi and brokers',
    holds: kafka => has(kafka, 'strimzi') !== has(kafka, 'brokers')
  },
  {
    cel: 'has(self.strimzi) == has(oldSelf.strimzi)',
    path: ['strimzi'],
    message: 'cannot be changed: the messages would stay behind'
  },
  {
    cel: '!has(self.strimzi) || !has(self.tls)',
    path: ['tls'],
    message: 'comes from the Kafka resource when strimzi is set: leave it out',
    holds: kafka => !has(kafka, 'strimzi') || !has(kafka, 'tls')
  },
  {
    cel: '!has(self.strimzi) || !has(self.authentication.secret)',
    path: ['authentication', 'secret'],
    message: 'is created by the operator when strimzi is set: leave it out',
    holds: kafka => !has(kafka, 'strimzi') || !has(kafka, 'authentication', 'secret')
  },
  {
    cel: '!has(self.brokers) || self.authentication.type == \'none\' || has(self.authentication.secret)',
    path: ['authentication', 'secret'],
    message: 'is required for authentication to brokers',
    holds: kafka => !has(kafka, 'brokers') || !['scram-sha-512', 'tls'].includes(String(valueAt(kafka, ['authentication', 'type']))) || has(kafka, 'authentication', 'secret')
  },
  {
    cel: '!has(self.brokers) || self.authentication.type != \'tls\' || has(self.tls)',
    path: ['tls'],
    message: 'is required for authentication.type tls: a client certificate needs an encrypted connection',
    holds: kafka => !has(kafka, 'brokers') || valueAt(kafka, ['authentication', 'type']) !== 'tls' || has(kafka, 'tls')
  }
]

/** Where Kafka is, and the topic in it. */
export const KafkaSpec = withRules(z.strictObject({
  strimzi: StrimziSpec.optional(),
  brokers: z.array(BrokerAddress).min(1).max(32).optional().describe('Brokers as host:port ([address]:port for an IPv6 address), for a Kafka without Strimzi. If they are IP addresses, list every broker: pods may connect to no others.'),
  tls: z.strictObject({ caSecret: CaSecret.optional() }).optional().describe('Encrypts connections to brokers; plain text when absent.'),
  authentication: z.strictObject({
    type: z.enum(['none', 'scram-sha-512', 'tls']).default('none').describe('How clients authenticate.'),
    secret: ObjectName.optional().describe('Secret with username and password (scram-sha-512), or user.crt and user.key (tls); only with brokers. In a cluster the Secret must allow its use: label peerprobe.dev/use: "true", or annotation peerprobe.dev/allowed-probes.')
  }).prefault({}).describe('Authentication of clients.'),
  topic: TopicSpec,
  consumerGroup: z.string().min(1).max(255).regex(/^[-._a-zA-Z0-9]+$/, 'must be letters, digits, hyphens, dots and underscores').default('ipfs-node-consumer').describe('Consumer group.'),
  clientId: z.string().min(1).max(255).regex(/^[-._a-zA-Z0-9]+$/, 'must be letters, digits, hyphens, dots and underscores').default('ipfs-node-client').describe('Client id in the brokers\' logs and quotas.')
}), 'The message bus. Required in a cluster.', kafkaRules)

/** {@inheritDoc KafkaSpec} */
export type KafkaSpec = z.output<typeof KafkaSpec>
