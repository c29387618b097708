// Whoever may create a PeerProbe names any Secret and any host, and may not be somebody who may read that Secret: its
// owner says first that PeerProbes may use it.
import { ProbeError } from '../../../core/errors.ts'
import { isOurs } from '../apply/apply-step.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Label of a Secret or claim: with `"true"` all PeerProbes of its namespace may use it. */
export const USE_LABEL = 'peerprobe.dev/use'

/** Annotation of a Secret or claim: names of the PeerProbes of its namespace that may use it, separated by commas. */
export const ALLOWED_PROBES = 'peerprobe.dev/allowed-probes'

// What Strimzi's user operator sets on the Secrets that it makes.
const STRIMZI_KIND = 'strimzi.io/kind'

/** Whether an object allows a PeerProbe of its namespace to use it. */
export function allowsUse ({ metadata: { labels = {}, annotations = {} } }: KubeObject, probe: string): boolean {
  const named = (annotations[ALLOWED_PROBES] ?? '').split(',').map(text => text.trim())

  return labels[USE_LABEL] === 'true' || named.includes(probe)
}

/** How somebody who may change an object lets a PeerProbe use it. @param kind as kubectl calls it */
export function howToAllow (kind: 'secret' | 'pvc', name: string, { metadata }: ClusterProbe): string {
  return `kubectl label ${kind} ${name} -n ${metadata.namespace} --overwrite ${USE_LABEL}=true, or annotate it with ${ALLOWED_PROBES}=${metadata.name}`
}

/** Refuses a Secret that does not allow the PeerProbe to use it. @param field that names it. @throws ProbeError `PP_SECRET_NOT_ALLOWED` */
export function requireConsent (secret: KubeObject, probe: ClusterProbe, field: string): void {
  const { namespace, name } = probe.metadata
  const secretName = secret.metadata.name

  if (!allowsUse(secret, name)) {
    const how = howToAllow('secret', secretName, probe)
    throw new ProbeError('PP_SECRET_NOT_ALLOWED', `${field}: Secret ${namespace}/${secretName} does not allow PeerProbe ${name} to use it: ${how}`)
  }
}

/** Whether a Secret was made for the Kafka user of the PeerProbe, by Strimzi or as the operator's copy of such a one. */
export function isMadeForUser (secret: KubeObject, probe: ClusterProbe): boolean {
  return probe.spec.kafka.strimzi !== undefined && (secret.metadata.labels?.[STRIMZI_KIND] === 'KafkaUser' || isOurs(secret, { probe }))
}
