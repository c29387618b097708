import { ProbeError } from '../../../core/errors.ts'
import { kafkaObjects } from '../../model/kafka/kafka-objects.ts'
import { KINDS, strimziKinds } from '../../model/naming/kinds.ts'
import { labelsFor } from '../../model/naming/labels.ts'
import { owned } from '../../model/probe/owned.ts'
import { isOurs, liveOf } from '../apply/apply-step.ts'
import { recordedClaim } from '../claims/claims.ts'
import { statusField } from '../observe/strimzi-status.ts'
import { listenerOf } from './kafka-listener.ts'
import { kafkaUserNameOf } from './kafka-user-name.ts'
import { topicAsDesired } from './pending-topic.ts'
import type { StrimziPlace } from '../../model/kafka/kafka-objects.ts'
import type { ClusterProbe, KafkaAccess } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject, ObjectKey } from '../../runtime/kube-object.ts'
import type { LiveReader } from '../apply/apply-step.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { SecretReader } from '../apply/secret-reader.ts'

/** A KafkaTopic: as the PeerProbe asks for it, as it exists, and as it should become. */
export interface PlannedTopic {
  asked: Desired
  live: KubeObject | undefined

  /** Undefined if it is used unchanged. */
  desired: Desired | undefined
}

/** The Kafka objects of a PeerProbe, and how its Kafka is reached. */
export interface KafkaPlan {
  access: KafkaAccess

  /** Empty without Strimzi. */
  topics: PlannedTopic[]

  user: Desired | undefined
}

/** The Secret with the credentials of a Kafka user. */
export interface UserAccess { userSecret: string, userName: string }

/** Annotation of a Kafka resource: the namespaces whose PeerProbes may use it, separated by commas. */
export const ALLOWED_NAMESPACES = 'peerprobe.dev/allowed-namespaces'

/** Finds out how Kafka is reached, and which objects it needs. Changes nothing. @throws ProbeError when something is missing */
export async function kafkaPlan (deps: LiveReader & Pick<ReconcileDeps, 'strimziVersion'>, work: Work, signal: AbortSignal): Promise<KafkaPlan> {
  const { probe } = work
  const { metadata, spec: { kafka: { brokers, strimzi, tls, authentication } } } = probe

  if (strimzi === undefined) {
    return { access: { bootstrapServers: brokers ?? [], tls: tls !== undefined, userSecret: authentication.secret }, topics: [], user: undefined }
  }

  const version = await deps.strimziVersion(signal)

  if (version === undefined) {
    throw new ProbeError('PP_STRIMZI_MISSING', 'the cluster does not serve kafka.strimzi.io: install Strimzi, or give spec.kafka.brokers')
  }

  const place: StrimziPlace = { version, cluster: strimzi.cluster, namespace: strimzi.namespace ?? metadata.namespace }

  const access = listenerOf(await kafkaOf(deps, probe, place, signal), probe)
  const userName = authentication.type === 'none' ? undefined : await kafkaUserNameOf(deps, probe, place, signal)
  const { topics, user } = kafkaObjects(probe, place, userName)

  return { access, topics: await plannedTopics(deps, work, topics, signal), user }
}

/** The Secret of the user; `live` is the user on the server. */
export function userAccess (user: Desired, live: KubeObject | undefined): UserAccess {
  const named = statusField(live, 'secret')

  return { userSecret: typeof named === 'string' ? named : user.object.metadata.name, userName: user.object.metadata.name }
}

/**
 * The copy of the Kafka user's Secret, if that is in another namespace, from which pods cannot
 * mount it.
 *
 * @throws ProbeError `PP_SECRET_MISSING`
 */
export async function userCopy (secrets: SecretReader, probe: ClusterProbe, { namespace = '', name }: ObjectKey, signal: AbortSignal): Promise<Desired | undefined> {
  if (namespace === '' || namespace === probe.metadata.namespace) {
    return undefined
  }

  const source = await secrets.read({ namespace, name }, signal)

  if (source === undefined) {
    throw new ProbeError('PP_SECRET_MISSING', `Secret ${namespace}/${name} of the Kafka user does not exist yet`)
  }

  return owned(KINDS.secret, probe, name, { labels: labelsFor(probe.metadata, 'kafka'), type: 'Opaque', data: source['data'] })
}

async function plannedTopics (deps: LiveReader, work: Work, topics: readonly Desired[], signal: AbortSignal): Promise<PlannedTopic[]> {
  const isVerified = recordedClaim(work.object)?.topic.name === work.probe.spec.kafka.topic.name
  const planned: PlannedTopic[] = []

  for (const asked of topics) {
    const live = await liveOf(deps, asked, signal)
    const facts = { live, isOurs: live !== undefined && isOurs(live, work), isVerified }
    planned.push({ asked, live, desired: topicAsDesired(asked, facts) })
  }

  return planned
}

type Reader = Pick<ReconcileDeps, 'client'>

async function kafkaOf ({ client }: Reader, { metadata: { namespace: mine } }: ClusterProbe, place: StrimziPlace, signal: AbortSignal): Promise<KubeObject> {
  const { version, cluster, namespace } = place
  const kafka = await client.get(strimziKinds(version).kafka, { namespace, name: cluster }, signal)

  if (kafka === undefined) {
    throw new ProbeError('PP_KAFKA_MISSING', `Kafka ${namespace}/${cluster} does not exist: create it, or correct spec.kafka.strimzi`)
  }
  if (namespace !== mine && !allowedBy(kafka).includes(mine)) {
    throw new ProbeError('PP_NAMESPACE_NOT_ALLOWED', `Kafka ${namespace}/${cluster} does not allow namespace ${mine}: annotate it with ${ALLOWED_NAMESPACES}: ${mine}`)
  }

  return kafka
}

function allowedBy ({ metadata: { annotations = {} } }: KubeObject): string[] {
  return (annotations[ALLOWED_NAMESPACES] ?? '').split(',').map(text => text.trim())
}
