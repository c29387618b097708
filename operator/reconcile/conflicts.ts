import { DEAD_LETTER_SUFFIX } from '../../core/contracts/dead-letter.ts'
import { ProbeError } from '../../core/errors.ts'
import { brokerKeys, hostKey, strimziKey } from './server-address.ts'
import { statusField } from './strimzi-status.ts'
import type { ClusterProbe } from '../model/world.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

type Spec = Partial<ClusterProbe['spec']>

/** A PeerProbe as far as it can be in another one's way. */
interface Claimant {
  name: string
  namespace: string
  spec: Spec

  /** What its Kafka is known by. */
  kafka: readonly string[]
}

/**
 * Refuses what an older PeerProbe holds already: the same topic or the same consumer group on one Kafka, however that is
 * named, or the same database with another retention.
 *
 * @param bootstrapServers of its Kafka, where they are known by now
 * @throws ProbeError `PP_OWNERSHIP_CONFLICT`, which names both
 */
export function refuseConflicts ({ metadata, spec }: ClusterProbe, others: readonly KubeObject[], bootstrapServers: readonly string[] = []): void {
  const mine: Claimant = { name: metadata.name, namespace: metadata.namespace, spec, kafka: kafkaKeys(spec.kafka, metadata.namespace, bootstrapServers) }
  const theirs = others.filter(({ metadata: { uid } }) => uid !== metadata.uid).map(object => ({ object, claimant: claimantOf(object) }))
  const kafka = sameKafka(mine, theirs.map(({ claimant }) => claimant))

  for (const { claimant } of theirs.filter(({ object }) => isOlder(object, metadata))) {
    const claim = (claimant.kafka.some(key => kafka.has(key)) ? kafkaClaim(mine, claimant) : topicObjectClaim(mine, claimant)) ?? databaseClaim(mine, claimant)

    if (claim !== undefined) {
      throw new ProbeError('PP_OWNERSHIP_CONFLICT', `PeerProbe ${nameOf(mine)}: PeerProbe ${nameOf(claimant)} is older and ${claim}`)
    }
  }
}

// Each of a thousand PeerProbes looks at all others in every pass.
const known = new WeakMap<KubeObject, Claimant>()

function claimantOf (object: KubeObject): Claimant {
  const found = known.get(object)

  if (found !== undefined) {
    return found
  }

  const { metadata: { name, namespace = '' } } = object
  const spec = (object['spec'] ?? {}) as Spec
  const servers = (statusField(object, 'kafka') as { bootstrapServers?: string } | undefined)?.bootstrapServers?.split(',') ?? []
  const claimant = { name, namespace, spec, kafka: kafkaKeys(spec.kafka, namespace, servers) }
  known.set(object, claimant)

  return claimant
}

// Where Strimzi runs it, clients may know it by the addresses of its listeners.
function kafkaKeys (kafka: Spec['kafka'], namespace: string, told: readonly string[]): string[] {
  const strimzi = kafka?.strimzi
  const servers = [...kafka?.brokers ?? [], ...told].flatMap(server => brokerKeys(server, namespace))

  return strimzi === undefined ? servers : [strimziKey(strimzi.namespace ?? namespace, strimzi.cluster), ...servers]
}

// Lists that overlap name one Kafka, also by way of a third one.
function sameKafka (mine: Claimant, others: readonly Claimant[]): ReadonlySet<string> {
  const keys = new Set(mine.kafka)

  for (let before = 0; before < keys.size;) {
    before = keys.size
    others.filter(({ kafka }) => kafka.some(key => keys.has(key))).forEach(({ kafka }) => {
      kafka.forEach(key => keys.add(key))
    })
  }

  return keys
}

function kafkaClaim (mine: Claimant, other: Claimant): string | undefined {
  const [topic = '', otherTopic = ''] = [mine, other].map(({ spec: { kafka } }) => kafka?.topic.name)
  const [group = '', otherGroup = ''] = [mine, other].map(({ spec: { kafka } }) => kafka?.consumerGroup)

  if (topic === otherTopic) {
    return `uses the same topic already (${topic}): give this one another spec.kafka.topic.name`
  }
  if (overlap(topic, otherTopic)) {
    return `uses topic ${otherTopic}: one of the two topics is for the dead letters of the other; give this one another spec.kafka.topic.name`
  }

  const reads = `reads topic ${otherTopic} with consumer group ${otherGroup}, and this one reads topic ${topic} with ${group}`

  return overlap(group, otherGroup)
    ? `${reads}: in one group they would take each other's partitions; give this one another spec.kafka.consumerGroup`
    : undefined
}

// Strimzi's topics are named as their objects are, and those of all Kafkas of one namespace stand side by side.
function topicObjectClaim (mine: Claimant, other: Claimant): string | undefined {
  const [place, otherPlace] = [mine, other].map(({ spec: { kafka }, namespace }) => kafka?.strimzi && (kafka.strimzi.namespace ?? namespace))
  const [topic = '', otherTopic = ''] = [mine, other].map(({ spec: { kafka } }) => kafka?.topic.name)

  return place !== undefined && place === otherPlace && overlap(topic, otherTopic)
    ? `has the KafkaTopics of ${otherTopic} in namespace ${place}, one name of which is one topic of one Kafka: give this one another spec.kafka.topic.name`
    : undefined
}

// Beside each topic and each group there is one for the dead letters.
function overlap (mine: string, other: string): boolean {
  return mine === other || `${mine}${DEAD_LETTER_SUFFIX}` === other || mine === `${other}${DEAD_LETTER_SUFFIX}`
}

function databaseClaim (mine: Claimant, other: Claimant): string | undefined {
  const kept = other.spec.retention?.after ?? ''

  return databaseKey(mine) === databaseKey(other) && mine.spec.retention?.after !== kept
    ? `keeps the same database for ${kept}: give this one the same spec.retention.after, or another database`
    : undefined
}

function databaseKey ({ spec: { mysql }, namespace }: Claimant): string {
  return `${hostKey(String(mysql?.host), namespace)}:${String(mysql?.port)}/${String(mysql?.database)}`
}

function nameOf ({ namespace, name }: Claimant): string {
  return `${namespace}/${name}`
}

// Made in the same second: the lesser uid is the older one, for everyone who asks.
function isOlder ({ metadata }: KubeObject, mine: ClusterProbe['metadata']): boolean {
  const [theirs, ours] = [metadata.creationTimestamp ?? '', mine.creationTimestamp ?? '']

  return theirs === ours ? (metadata.uid ?? '') < mine.uid : theirs < ours
}
