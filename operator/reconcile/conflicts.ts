import { ProbeError } from '../../core/errors.ts'
import { bareHost } from '../../core/host-port.ts'
import type { ClusterProbe } from '../model/world.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

type Spec = Partial<ClusterProbe['spec']>

/** Refuses what an older PeerProbe holds already: the same topic, or the same database with another retention. @throws ProbeError `PP_OWNERSHIP_CONFLICT` */
export function refuseConflicts ({ metadata, spec }: ClusterProbe, others: readonly KubeObject[]): void {
  for (const other of others.filter(({ metadata: { uid } }) => uid !== metadata.uid)) {
    const claim = isOlder(other, metadata) ? claimOf(spec, (other['spec'] ?? {}), { mine: metadata.namespace, others: other.metadata.namespace ?? '' }) : undefined

    if (claim !== undefined) {
      throw new ProbeError('PP_OWNERSHIP_CONFLICT', `PeerProbe ${other.metadata.namespace ?? ''}/${other.metadata.name} is older and ${claim}`)
    }
  }
}

function claimOf (mine: Spec, other: Spec, namespaces: { mine: string, others: string }): string | undefined {
  if (topicKey(mine.kafka, namespaces.mine) === topicKey(other.kafka, namespaces.others)) {
    return 'uses the same topic already: give this one another spec.kafka.topic.name'
  }

  const kept = other.retention?.after ?? ''

  return databaseKey(mine.mysql) === databaseKey(other.mysql) && mine.retention?.after !== kept
    ? `keeps the same database for ${kept}: give this one the same spec.retention.after, or another database`
    : undefined
}

function topicKey (kafka: Spec['kafka'], namespace: string): string {
  const strimzi = kafka?.strimzi
  const cluster = strimzi === undefined ? [...kafka?.brokers ?? []].sort().join() : `${strimzi.namespace ?? namespace}/${strimzi.cluster}`

  return `${cluster} ${kafka?.topic.name ?? ''}`
}

function databaseKey (mysql: Spec['mysql']): string {
  // The other one comes as its author wrote it.
  return `${bareHost(String(mysql?.host)).toLowerCase()} ${String(mysql?.port)}/${String(mysql?.database)}`
}

// Made in the same second: the lesser uid is the older one, for everyone who asks.
function isOlder ({ metadata }: KubeObject, mine: ClusterProbe['metadata']): boolean {
  const [theirs, ours] = [metadata.creationTimestamp ?? '', mine.creationTimestamp ?? '']

  return theirs === ours ? (metadata.uid ?? '') < mine.uid : theirs < ours
}
