import { ProbeError } from '../../core/errors.ts'
import { kafkaObjects } from '../model/kafka-objects.ts'
import { KINDS, strimziKinds } from '../model/kinds.ts'
import { labelsFor } from '../model/labels.ts'
import { kafkaUserName } from '../model/names.ts'
import { owned } from '../model/owned.ts'
import { applyDesired } from './apply-step.ts'
import { listenerOf } from './kafka-listener.ts'
import { statusField, strimziStateOf } from './strimzi-status.ts'
import type { StrimziPlace } from '../model/kafka-objects.ts'
import type { Desired } from '../model/owned.ts'
import type { KafkaAccess } from '../model/world.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** What the Kafka step found. */
export interface KafkaResult {
  access: KafkaAccess
  topicId: string | undefined
}

/** Annotation of a Kafka resource: the namespaces whose PeerProbes may use it, separated by commas. */
export const ALLOWED_NAMESPACES = 'peerprobe.dev/allowed-namespaces'

// Neither ready nor failed for this long: nobody has picked it up.
const PICKED_UP_MS = 60_000

const NOT_PICKED_UP = ': nobody has picked it up (does the Kafka resource have an entity operator for this namespace? is the object paused or unmanaged?)'

/** Finds out how Kafka is reached, and makes sure of topics and user where Strimzi runs it. @throws ProbeError what it waits for */
export async function kafkaStep (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<KafkaResult> {
  const { kafka: { brokers, strimzi, tls, authentication } } = work.probe.spec

  if (strimzi === undefined) {
    return { access: { bootstrapServers: brokers ?? [], tls: tls !== undefined, userSecret: authentication.secret }, topicId: undefined }
  }

  const version = await deps.strimziVersion(signal)

  if (version === undefined) {
    throw new ProbeError('PP_STRIMZI_MISSING', 'the cluster does not serve kafka.strimzi.io: install Strimzi, or give spec.kafka.brokers')
  }

  const { metadata } = work.probe
  const place: StrimziPlace = { version, cluster: strimzi.cluster, namespace: strimzi.namespace ?? metadata.namespace }
  const access = listenerOf(await kafkaOf(deps, work, place, signal), work.probe)
  const { topics, user } = kafkaObjects(work.probe, place)
  const topicId = await topicsReady(deps, work, topics, signal)

  if (user === undefined) {
    return { access, topicId }
  }

  return { access: { ...access, ...await userReady(deps, work, user, signal) }, topicId }
}

async function kafkaOf (deps: ReconcileDeps, { probe }: Work, { version, cluster, namespace }: StrimziPlace, signal: AbortSignal): Promise<KubeObject> {
  const mine = probe.metadata.namespace
  const kafka = await deps.client.get(strimziKinds(version).kafka, { namespace, name: cluster }, signal)

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

// Nothing is started before its topic is there: brokers might make one by themselves, with settings of their own.
async function topicsReady (deps: ReconcileDeps, work: Work, topics: readonly Desired[], signal: AbortSignal): Promise<string | undefined> {
  const ids: (string | undefined)[] = []

  for (const topic of topics) {
    const live = await applyDesired(deps, work, topic, signal)
    requireReady(deps, topic, live, 'PP_TOPIC_NOT_READY')
    ids.push(statusField(live, 'topicId') as string | undefined)
  }

  return ids[0]
}

async function userReady (deps: ReconcileDeps, work: Work, user: Desired, signal: AbortSignal): Promise<Pick<KafkaAccess, 'userSecret' | 'userName'>> {
  const live = await applyDesired(deps, work, user, signal)
  requireReady(deps, user, live, 'PP_USER_NOT_READY')
  const { namespace = '' } = user.object.metadata
  const named = statusField(live, 'secret')
  const userSecret = typeof named === 'string' ? named : user.object.metadata.name

  if (namespace !== '' && namespace !== work.probe.metadata.namespace) {
    await mirror(deps, work, { namespace, name: userSecret }, signal)
  }

  return { userSecret, userName: kafkaUserName(work.probe.metadata) }
}

// Pods cannot mount a Secret of another namespace.
async function mirror (deps: ReconcileDeps, work: Work, key: { namespace: string, name: string }, signal: AbortSignal): Promise<void> {
  const source = await deps.client.get(KINDS.secret, key, signal)

  if (source === undefined) {
    throw new ProbeError('PP_SECRET_MISSING', `Secret ${key.namespace}/${key.name} of the Kafka user is not there yet`)
  }

  const labels = labelsFor(work.probe.metadata, 'kafka')
  await applyDesired(deps, work, owned(KINDS.secret, work.probe, key.name, { labels, type: 'Opaque', data: source['data'] }), signal)
}

type NotReady = 'PP_TOPIC_NOT_READY' | 'PP_USER_NOT_READY'

function requireReady (deps: ReconcileDeps, { kind: { kind }, object: { metadata } }: Desired, live: KubeObject | undefined, code: NotReady): void {
  const what = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
  const found = live === undefined ? { state: 'waiting' as const } : strimziStateOf(live)

  if (found.state === 'failed') {
    throw new ProbeError(code, `waiting for ${what}: ${found.message}`)
  }
  if (found.state === 'waiting') {
    const now = deps.clock.now()
    const made = live?.metadata.creationTimestamp
    throw new ProbeError(code, `waiting for ${what}${made === undefined || now - Date.parse(made) < PICKED_UP_MS ? '' : NOT_PICKED_UP}`)
  }
}
