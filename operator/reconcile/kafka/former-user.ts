import { strimziKinds } from '../../model/naming/kinds.ts'
import { isOurs } from '../apply/apply-step.ts'
import { kafkaUserNameOf } from './kafka-user-name.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'

interface User { kind: KindRef, object: KubeObject }

type Deps = Pick<ReconcileDeps, 'client' | 'strimziVersion'>

/** The Kafka user that a PeerProbe had and no longer asks for: anybody who still has its password could read and write. */
export async function formerUser (deps: Deps, probe: ClusterProbe, signal: AbortSignal): Promise<User | undefined> {
  return probe.spec.kafka.authentication.type === 'none' ? await ownUser(deps, probe, signal) : undefined
}

/** The Kafka user of a PeerProbe, if it has one. */
export async function ownUser (deps: Deps, probe: ClusterProbe, signal: AbortSignal): Promise<User | undefined> {
  const { metadata, spec: { kafka: { strimzi } } } = probe
  const version = strimzi === undefined ? undefined : await deps.strimziVersion(signal)

  if (version === undefined) {
    return undefined
  }

  const { kafkaUser: kind } = strimziKinds(version)
  const namespace = strimzi?.namespace ?? metadata.namespace
  const object = await deps.client.get(kind, { namespace, name: await kafkaUserNameOf(deps, probe, { version, namespace }, signal) }, signal)

  return object === undefined || object.metadata.deletionTimestamp !== undefined || !isOurs(object, { probe }) ? undefined : { kind, object }
}
