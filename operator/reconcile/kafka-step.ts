import { ProbeError } from '../../core/errors.ts'
import { KINDS } from '../model/kinds.ts'
import { labelsFor } from '../model/labels.ts'
import { owned } from '../model/owned.ts'
import { sighted } from '../runtime/lookout.ts'
import { applyDesired } from './apply-step.ts'
import { kafkaPlan, userAccess } from './kafka-plan.ts'
import { statusField, strimziStateOf } from './strimzi-status.ts'
import type { Desired } from '../model/owned.ts'
import type { KafkaAccess } from '../model/world.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'
import type { UserAccess } from './kafka-plan.ts'

/** What the Kafka step found. */
export interface KafkaResult {
  access: KafkaAccess
  topicId: string | undefined
}

// Neither ready nor failed for this long: nobody has picked it up.
const PICKED_UP_MS = 60_000

const NOT_PICKED_UP = ': nobody has picked it up (does the Kafka resource have an entity operator for this namespace? is the object paused or unmanaged?)'

/** Finds out how Kafka is reached, and makes sure of topics and user where Strimzi runs it. @throws ProbeError what it waits for */
export async function kafkaStep (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<KafkaResult> {
  const { access, topics, user } = await kafkaPlan(deps, work.probe, signal)
  const topicId = await topicsReady(deps, work, topics, signal)

  if (user === undefined) {
    return { access, topicId }
  }

  return { access: { ...access, ...await userReady(deps, work, user, signal) }, topicId }
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

async function userReady (deps: ReconcileDeps, work: Work, user: Desired, signal: AbortSignal): Promise<UserAccess> {
  const live = await applyDesired(deps, work, user, signal)
  requireReady(deps, user, live, 'PP_USER_NOT_READY')
  const { namespace = '' } = user.object.metadata
  const access = userAccess(work.probe, user, live)

  if (namespace !== '' && namespace !== work.probe.metadata.namespace) {
    await mirror(deps, work, { namespace, name: access.userSecret }, signal)
  }

  return access
}

// Pods cannot mount a Secret of another namespace.
async function mirror (deps: ReconcileDeps, work: Work, key: { namespace: string, name: string }, signal: AbortSignal): Promise<void> {
  const source = await deps.client.get(KINDS.secret, key, signal)
  work.secrets.push(sighted(key, source))

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
