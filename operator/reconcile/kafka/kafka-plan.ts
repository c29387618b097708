import { ProbeError } from '../../../core/errors.ts'
import { kafkaObjects } from '../../model/kafka/kafka-objects.ts'
import { strimziKinds } from '../../model/naming/kinds.ts'
import { statusField } from '../observe/strimzi-status.ts'
import { listenerOf } from './kafka-listener.ts'
import { kafkaUserNameOf } from './kafka-user-name.ts'
import type { StrimziPlace } from '../../model/kafka/kafka-objects.ts'
import type { ClusterProbe, KafkaAccess } from '../../model/probe/cluster-probe.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/** What a PeerProbe wants of Kafka, and how it is reached. */
export interface KafkaPlan {
  access: KafkaAccess

  /** None where Kafka is not Strimzi's. */
  topics: Desired[]

  user: Desired | undefined
}

/** What a Kafka user proves itself by. */
export interface UserAccess { userSecret: string, userName: string }

/** Annotation of a Kafka resource: the namespaces whose PeerProbes may use it, separated by commas. */
export const ALLOWED_NAMESPACES = 'peerprobe.dev/allowed-namespaces'

/** Finds out how Kafka is reached, and what is to be made in it. Changes nothing. @throws ProbeError what is missing */
export async function kafkaPlan (deps: Pick<ReconcileDeps, 'client' | 'strimziVersion'>, probe: ClusterProbe, signal: AbortSignal): Promise<KafkaPlan> {
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

  return { access, ...kafkaObjects(probe, place, userName) }
}

/** What the user proves itself by; `live` is the user as the server has it. */
export function userAccess (user: Desired, live: KubeObject | undefined): UserAccess {
  const named = statusField(live, 'secret')

  return { userSecret: typeof named === 'string' ? named : user.object.metadata.name, userName: user.object.metadata.name }
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
