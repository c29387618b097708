import { strimziKinds } from '../../model/naming/kinds.ts'
import { earlierKafkaUserName, kafkaUserName } from '../../model/naming/names.ts'
import { isOurs } from '../apply/apply-step.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/** Namespace of a Kafka user, and the version of Strimzi's kinds. */
interface Place { version: string, namespace: string }

/** Name of the Kafka user of a PeerProbe: a user from an earlier release keeps its name, since a new user would have a new password. */
export async function kafkaUserNameOf ({ client }: Pick<ReconcileDeps, 'client'>, probe: ClusterProbe, { version, namespace }: Place, signal: AbortSignal): Promise<string> {
  const [name, earlier] = [kafkaUserName(probe.metadata), earlierKafkaUserName(probe.metadata)]
  const object = name === earlier ? undefined : await client.get(strimziKinds(version).kafkaUser, { namespace, name: earlier }, signal)

  return object !== undefined && isOurs(object, { probe }) ? earlier : name
}
