// The garbage collector does not cross namespaces: the operator removes objects in Kafka's namespace before the
// PeerProbe is deleted.
import { KINDS, strimziKinds } from '../../model/naming/kinds.ts'
import { MANAGED_SELECTOR, NAMESPACE_LABEL, PROBE_LABEL } from '../../model/naming/labels.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/** The operator's finalizer. If the operator was uninstalled, removing the finalizer by hand lets the PeerProbe be deleted. */
export const FINALIZER = 'peerprobe.dev/kafka-objects'

interface KafkaPart { strimzi?: { namespace?: string }, topic?: { deletionPolicy?: string } }

/** Whether the PeerProbe has objects that the garbage collector does not reach. */
export function needsFinalizer ({ metadata, spec }: KubeObject): boolean {
  const { strimzi } = kafkaOf(spec)

  return strimzi !== undefined && (strimzi.namespace ?? metadata.namespace) !== metadata.namespace
}

/** Holds the PeerProbe until {@link finalize} has done its work. */
export async function addFinalizer ({ client }: ReconcileDeps, { metadata }: KubeObject, signal: AbortSignal): Promise<void> {
  const finalizers = metadata.finalizers ?? []

  if (!finalizers.includes(FINALIZER)) {
    await client.merge(KINDS.peerProbe, metadata, { metadata: { finalizers: [...finalizers, FINALIZER], resourceVersion: metadata.resourceVersion } }, signal)
  }
}

/** Removes the objects in Kafka's namespace, topics only if the deletion policy says so, and removes the finalizer. */
export async function finalize (deps: ReconcileDeps, object: KubeObject, signal: AbortSignal): Promise<void> {
  const { metadata, spec } = object

  if (metadata.finalizers?.includes(FINALIZER) !== true) {
    return
  }

  const { strimzi, topic } = kafkaOf(spec)
  const version = await deps.strimziVersion(signal)

  if (version !== undefined && strimzi?.namespace !== undefined) {
    const { kafkaTopic, kafkaUser } = strimziKinds(version)

    for (const kind of topic?.deletionPolicy === 'Delete' ? [kafkaTopic, kafkaUser] : [kafkaUser]) {
      await removeAll(deps, kind, { namespace: strimzi.namespace, probe: object }, signal)
    }
  }

  const finalizers = metadata.finalizers.filter(name => name !== FINALIZER)
  await deps.client.merge(KINDS.peerProbe, metadata, { metadata: { finalizers, resourceVersion: metadata.resourceVersion } }, signal)
}

interface Remains { namespace: string, probe: KubeObject }

async function removeAll (deps: ReconcileDeps, kind: KindRef, { namespace, probe }: Remains, signal: AbortSignal): Promise<void> {
  const { metadata } = probe
  const labelSelector = `${MANAGED_SELECTOR},${PROBE_LABEL}=${metadata.name},${NAMESPACE_LABEL}=${metadata.namespace ?? ''}`
  const { items } = await deps.client.json({ method: 'GET', path: pathOf(kind, { namespace }), query: { labelSelector } }, signal) as { items: KubeObject[] }

  for (const item of items) {
    await deps.applier.remove(kind, item, signal)
  }
}

function kafkaOf (spec: unknown): KafkaPart {
  return (spec as { kafka?: KafkaPart } | undefined)?.kafka ?? {}
}
