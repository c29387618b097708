import { ERRORS, ProbeError } from '../../../core/errors.ts'
import { NAMESPACE_LABEL } from '../../model/naming/labels.ts'
import { applyAll, applyDesired, liveOf } from '../apply/apply-step.ts'
import { good } from '../conditions/conditions.ts'
import { withFormerRights } from '../kafka/former-rights.ts'
import { kafkaPlan, userAccess, userCopy } from '../kafka/kafka-plan.ts'
import { HELD_BY, statusField, strimziStateOf } from '../observe/strimzi-status.ts'
import type { KafkaAccess } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { SecretReader } from '../apply/secret-reader.ts'
import type { Finding } from '../conditions/conditions.ts'
import type { PlannedTopic } from '../kafka/kafka-plan.ts'
import type { HeldReason, StrimziState } from '../observe/strimzi-status.ts'
import type { KafkaObjects } from '../plan/plan.ts'

/** The result of the Kafka step. */
export interface KafkaResult {
  access: KafkaAccess
  topicId: string | undefined

  /** Objects that a person paused in Strimzi. They stay unchanged. */
  held: readonly Held[]

  /** The plan for Kafka. */
  objects: KafkaObjects

  /** The final state of some objects, once no pod of an earlier plan is left. */
  afterRoll: readonly Desired[]
}

/** An object that Strimzi leaves alone. */
interface Held {
  reason: HeldReason

  /** The held object, and how to release it. */
  message: string

  /** Whether it is known to have existed before. */
  isMade: boolean
}

// If an object is neither ready nor failed for this long, no operator has picked it up.
const PICKED_UP_MS = 60_000

const NOT_PICKED_UP = ': no operator has picked it up (does the Kafka resource have an entity operator for this namespace?)'

/** Finds out how Kafka is reached and, with Strimzi, applies topics and user. @throws ProbeError when it has to wait */
export async function kafkaStep (deps: ReconcileDeps, work: Work, secrets: SecretReader, signal: AbortSignal): Promise<KafkaResult> {
  const { access, topics, user } = await kafkaPlan(deps, work, signal)
  deps.claims.refuse(deps, work, access.bootstrapServers)
  const ready = await topicsReady(deps, work, topics, signal)

  if (user === undefined) {
    return { access, ...ready, objects: { topics, user, copy: undefined }, afterRoll: [] }
  }

  const { object, held, afterRoll } = await userReady(deps, work, user, signal)
  const ofUser = userAccess(user, object)
  const { namespace } = user.object.metadata
  const copy = await userCopy(secrets, work.probe, { namespace, name: ofUser.userSecret }, signal)
  await applyAll(deps, work, copy === undefined ? [] : [copy], signal)

  return { access: { ...access, ...ofUser }, topicId: ready.topicId, held: [...ready.held, ...held], objects: { topics, user, copy }, afterRoll }
}

/** The finding of the Kafka step. A held object that is not known to have existed is not ready; the preparation shows whether it exists. */
export function kafkaFinding ({ probe: { spec } }: Work, { access, held }: KafkaResult): Finding {
  const [first] = [...held].sort((a, b) => Number(a.isMade) - Number(b.isMade))

  return first === undefined
    ? good('Ready', `topic ${spec.kafka.topic.name} at ${access.bootstrapServers.join(',')}`)
    : { status: first.isMade ? 'True' : 'False', reason: first.reason, message: first.message }
}

// Nothing is started before its topic exists: brokers might create one automatically with their own settings.
async function topicsReady (deps: ReconcileDeps, work: Work, topics: readonly PlannedTopic[], signal: AbortSignal): Promise<Pick<KafkaResult, 'topicId' | 'held'>> {
  const ids: (string | undefined)[] = []
  const held: Held[] = []

  for (const { asked, live, desired } of topics) {
    const object = desired === undefined ? live : await applyDesired(deps, work, desired, signal)
    const id = statusField(object, 'topicId') as string | undefined
    held.push(...requireReady(deps, asked, object, { code: 'PP_TOPIC_NOT_READY', isMade: id !== undefined || wasPrepared(work) }))
    ids.push(id)
  }

  return { topicId: ids[0], held }
}

interface ReadyUser extends Pick<KafkaResult, 'held' | 'afterRoll'> { object: KubeObject | undefined }

async function userReady (deps: ReconcileDeps, work: Work, user: Desired, signal: AbortSignal): Promise<ReadyUser> {
  const kept = withFormerRights(user, await liveOf(deps, user, signal))
  const object = await applyDesired(deps, work, kept, signal)
  const isMade = statusField(object, 'secret') !== undefined || wasPrepared(work)

  return { object, held: requireReady(deps, user, object, { code: 'PP_USER_NOT_READY', isMade }), afterRoll: kept === user ? [] : [user] }
}

interface Requirement { code: 'PP_TOPIC_NOT_READY' | 'PP_USER_NOT_READY', isMade: boolean }

// Held objects are returned: they stay unchanged, so there is nothing to wait for.
function requireReady (deps: ReconcileDeps, desired: Desired, object: KubeObject | undefined, { code, isMade }: Requirement): Held[] {
  const { kind: { kind }, object: { metadata } } = desired
  const what = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
  const found: StrimziState = object === undefined ? { state: 'waiting' } : strimziStateOf(object)

  switch (found.state) {
    case 'ready': return []
    case 'held': return [{ reason: found.reason, message: heldMessage(what, found.reason), isMade }]
    case 'failed': throw new ProbeError(code, `waiting for ${what}: ${toldOf(desired, found.message)}`)
    default: throw notYet(deps, what, object, code)
  }
}

// Strimzi's message contains the object that already has the topic; an object outside the
// PeerProbe's namespace must not be shown in the PeerProbe.
function toldOf ({ object: { metadata } }: Desired, message: string): string {
  return metadata.labels?.[NAMESPACE_LABEL] === metadata.namespace ? message : message.replaceAll(/Ref\{[^}]*\}/g, 'another KafkaTopic')
}

// Counted from when this generation was first seen: an old object may have a recent change.
function notYet ({ ages }: ReconcileDeps, what: string, object: KubeObject | undefined, code: Requirement['code']): ProbeError {
  const { uid = '', generation = 0 } = object?.metadata ?? {}
  const isIgnored = object !== undefined && ages.ageMs(`${what} ${uid} ${String(generation)}`) >= PICKED_UP_MS

  return isIgnored
    ? new ProbeError(code, `waiting for ${what}${NOT_PICKED_UP}`)
    : new ProbeError(code, `waiting for ${what}`, { details: { waiting: ERRORS[code].reason } })
}

function heldMessage (what: string, reason: HeldReason): string {
  const { annotation, value } = HELD_BY[reason]
  const effect = 'Strimzi leaves it alone, and changes that the PeerProbe asks for have no effect'

  return `${what}: ${reason}: ${effect}, until the annotation ${annotation}=${value} is removed`
}

// The preparation read the topics as the user, so both existed then.
function wasPrepared ({ object }: Work): boolean {
  return statusField(object, 'prepared') !== undefined
}
