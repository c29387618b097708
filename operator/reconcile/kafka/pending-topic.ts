// A KafkaTopic is one for all PeerProbes that name it, whoever makes it: one of a PeerProbe that was never prepared is marked,
// and lets the first one that is have it. Else whoever writes a name down first would keep it from everybody.
import { applyDesired, isOurs, liveOf } from '../apply/apply-step.ts'
import { recordedClaim } from '../claims/claims.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

/** Label of a KafkaTopic: `pending` while no PeerProbe was prepared with it, `taken` where one was that had not made it. */
export const CLAIM_LABEL = 'peerprobe.dev/claim'

interface TopicSpec { partitions?: number, replicas?: number }

/** Brings a KafkaTopic to what is desired, and returns it: that of another PeerProbe that was never prepared is used as it is, and taken over once ours was. */
export async function ensureTopic (deps: ReconcileDeps, work: Work, topic: Desired, signal: AbortSignal): Promise<KubeObject | undefined> {
  const isVerified = recordedClaim(work.object)?.topic.name === work.probe.spec.kafka.topic.name
  const live = await liveOf(deps, topic, signal)

  if (live === undefined || isOurs(live, work) || !isFree(live)) {
    return await applyDesired(deps, work, ownTopic(topic, live, isVerified), signal)
  }
  if (!isVerified) {
    return live
  }

  const taken = asTaken(topic, live)
  work.planned.push(taken)
  work.writes++

  return (await deps.applier.ensure(taken.kind, taken.object, live, signal)).object
}

function isFree ({ metadata: { labels, deletionTimestamp } }: KubeObject): boolean {
  return labels?.[CLAIM_LABEL] === 'pending' && deletionTimestamp === undefined
}

function ownTopic (topic: Desired, live: KubeObject | undefined, isVerified: boolean): Desired {
  if (live?.metadata.labels?.[CLAIM_LABEL] === 'taken') {
    return asTaken(topic, live)
  }

  return isVerified ? topic : marked(topic, 'pending')
}

function marked (topic: Desired, state: 'pending' | 'taken'): Desired {
  const { metadata } = topic.object

  return { ...topic, object: { ...topic.object, metadata: { ...metadata, labels: { ...metadata.labels, [CLAIM_LABEL]: state } } } }
}

// Kafka takes no partition away, and Strimzi changes no number of replicas by itself: what the other one asked for stays.
function asTaken (topic: Desired, live: KubeObject | undefined): Desired {
  const { object, ...rest } = marked(topic, 'taken')
  const [spec, theirs] = [object['spec'], live?.['spec'] ?? {}] as [TopicSpec, TopicSpec]
  const partitions = Math.max(spec.partitions ?? 1, theirs.partitions ?? 1)

  return { ...rest, object: { ...object, spec: { ...spec, partitions, ...theirs.replicas === undefined ? {} : { replicas: theirs.replicas } } } }
}
