// A KafkaTopic is one for all PeerProbes that name it, whoever makes it: one of a PeerProbe that was never prepared is marked,
// and lets the first one that is have it. Else whoever writes a name down first would keep it from everybody.
import { defined } from '../../../core/defined.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Label of a KafkaTopic: `pending` while no PeerProbe was prepared with it, `taken` where one was that had not made it. */
export const CLAIM_LABEL = 'peerprobe.dev/claim'

interface TopicSpec { partitions?: number, replicas?: number }

/** What is known of a KafkaTopic that a PeerProbe wants. */
export interface TopicFacts {
  live: KubeObject | undefined

  /** Whether it is of this PeerProbe. */
  isOurs: boolean

  /** Whether the PeerProbe was prepared with it. */
  isVerified: boolean
}

/**
 * A KafkaTopic as it shall be; undefined where it is used as it is: that of another PeerProbe that was never prepared. It is
 * taken over once ours was. One of somebody else is desired as ours, and is refused when it is applied.
 */
export function topicAsDesired (topic: Desired, { live, isOurs, isVerified }: TopicFacts): Desired | undefined {
  if (live === undefined || isOurs || !isFree(live)) {
    return ownTopic(topic, live, isVerified)
  }

  return isVerified ? { ...asTaken(topic, live), takesOver: true } : undefined
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

  return { ...rest, object: { ...object, spec: { ...spec, partitions, ...defined({ replicas: theirs.replicas }) } } }
}
