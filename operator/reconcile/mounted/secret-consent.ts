// A user who may create a PeerProbe can refer to any Secret and any host, but may lack the right to read that Secret.
// The owner of the Secret must therefore allow PeerProbes to use it.
import { ProbeError } from '../../../core/errors.ts'
import { isOurs } from '../apply/apply-step.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** Label of a Secret or claim: with `"true"` all PeerProbes of its namespace may use it. */
export const USE_LABEL = 'peerprobe.dev/use'

/** Annotation of a Secret or claim: names of the PeerProbes of its namespace that may use it, separated by commas. */
export const ALLOWED_PROBES = 'peerprobe.dev/allowed-probes'

// Labels that Strimzi's user operator sets on its Secrets.
const STRIMZI_KIND = 'strimzi.io/kind'

/** Whether an object allows a PeerProbe of its namespace to use it. */
export function allowsUse ({ metadata: { labels = {}, annotations = {} } }: KubeObject, probe: string): boolean {
  const named = (annotations[ALLOWED_PROBES] ?? '').split(',').map(text => text.trim())

  return labels[USE_LABEL] === 'true' || named.includes(probe)
}

/** The command that lets a PeerProbe use an object. @param kind in the spelling of kubectl */
export function howToAllow (kind: 'secret' | 'pvc', name: string, { metadata }: ClusterProbe): string {
  return `kubectl label ${kind} ${name} -n ${metadata.namespace} --overwrite ${USE_LABEL}=true, or annotate it with ${ALLOWED_PROBES}=${metadata.name}`
}

/** Refuses a Secret that does not allow the PeerProbe to use it. @param field that refers to the Secret. @throws ProbeError `PP_SECRET_NOT_ALLOWED` */
export function requireConsent (secret: KubeObject, probe: ClusterProbe, field: string): void {
  const { namespace, name } = probe.metadata
  const secretName = secret.metadata.name

  if (!allowsUse(secret, name)) {
    const how = howToAllow('secret', secretName, probe)
    throw new ProbeError('PP_SECRET_NOT_ALLOWED', `${field}: Secret ${namespace}/${secretName} does not allow PeerProbe ${name} to use it: ${how}`)
  }
}

/** Whether a Secret was made for the Kafka user of the PeerProbe, by Strimzi or as the operator's copy. */
export function isMadeForUser (secret: KubeObject, probe: ClusterProbe): boolean {
  return probe.spec.kafka.strimzi !== undefined && (secret.metadata.labels?.[STRIMZI_KIND] === 'KafkaUser' || isOurs(secret, { probe }))
}
