// All PeerProbes that use a topic share its KafkaTopic, whichever of them created it. A KafkaTopic of a PeerProbe that was
// never prepared is marked as pending, and the first PeerProbe that is prepared takes it over. Otherwise the first PeerProbe
// to mention a name could block it for all others.
import { defined } from '../../../core/defined.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Label of a KafkaTopic: `pending` until a PeerProbe was prepared with it, `taken` if that PeerProbe had not created it. */
export const CLAIM_LABEL = 'peerprobe.dev/claim'

interface TopicSpec { partitions?: number, replicas?: number }

/** What is known about a KafkaTopic that a PeerProbe needs. */
export interface TopicFacts {
  live: KubeObject | undefined

  /** Whether it belongs to this PeerProbe. */
  isOurs: boolean

  /** Whether the PeerProbe was prepared with it. */
  isVerified: boolean
}

/**
 * The desired KafkaTopic. Undefined if the existing one is used unchanged: it belongs to another PeerProbe that was never
 * prepared, and is taken over once ours is. For a KafkaTopic of any other owner ours is returned, and applying it is
 * refused.
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

// Kafka does not remove partitions, and Strimzi does not change the number of replicas by itself: the values of the other PeerProbe stay.
function asTaken (topic: Desired, live: KubeObject | undefined): Desired {
  const { object, ...rest } = marked(topic, 'taken')
  const [spec, theirs] = [object['spec'], live?.['spec'] ?? {}] as [TopicSpec, TopicSpec]
  const partitions = Math.max(spec.partitions ?? 1, theirs.partitions ?? 1)

  return { ...rest, object: { ...object, spec: { ...spec, partitions, ...defined({ replicas: theirs.replicas }) } } }
}
