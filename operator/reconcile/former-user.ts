import { strimziKinds } from '../model/kinds.ts'
import { isOurs } from './apply-step.ts'
import { kafkaUserNameOf } from './kafka-user-name.ts'
import type { ClusterProbe } from '../model/world.ts'
import type { KindRef, KubeObject } from '../runtime/kube-object.ts'
import type { ReconcileDeps } from './context.ts'

/** The Kafka user that a PeerProbe had and asks for no more: whoever still has its password could read and write. */
export async function formerUser (
  deps: Pick<ReconcileDeps, 'client' | 'strimziVersion'>,
  probe: ClusterProbe,
  signal: AbortSignal
): Promise<{ kind: KindRef, object: KubeObject } | undefined> {
  const { metadata, spec: { kafka: { strimzi, authentication } } } = probe
  const version = strimzi === undefined || authentication.type !== 'none' ? undefined : await deps.strimziVersion(signal)

  if (version === undefined) {
    return undefined
  }

  const { kafkaUser: kind } = strimziKinds(version)
  const namespace = strimzi?.namespace ?? metadata.namespace
  const object = await deps.client.get(kind, { namespace, name: await kafkaUserNameOf(deps, probe, { version, namespace }, signal) }, signal)

  return object === undefined || object.metadata.deletionTimestamp !== undefined || !isOurs(object, { probe }) ? undefined : { kind, object }
}
