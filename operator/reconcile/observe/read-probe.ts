import { formatPath, problemsError, problemsOf } from '../../../core/process/config.ts'
import { PeerProbeSpec } from '../../api/v1alpha1.ts'
import { isMetadata } from '../../model/network/egress.ts'
import type { ClusterProbe, ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { Images } from '../../model/probe/images.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

interface Refusal {
  refuses: (spec: PeerProbeSpec) => readonly (readonly PropertyKey[])[]
  message: string
}

// What the processes cannot do yet. It is refused rather than silently ignored.
const REFUSALS: readonly Refusal[] = [
  { refuses: ({ backup }) => backup.enabled && backup.volume === undefined ? [['spec', 'backup', 'volume']] : [], message: 'is required for backups in a cluster' }
]

/**
 * Parses a PeerProbe from the API server. The API server only accepts objects that match the schema, but objects from
 * before a change of the schema may not match it.
 *
 * @throws ProbeError `PP_SPEC_INVALID`, or `PP_NOT_SUPPORTED` for what this version cannot do yet, with every field
 */
export function readProbe (object: KubeObject): ClusterProbe {
  const { namespace = 'default', name, uid = '' } = object.metadata
  const what = `PeerProbe ${namespace}/${name}`
  const { success, data: spec, error } = PeerProbeSpec.safeParse(object['spec'])

  if (!success) {
    throw problemsError(error.issues.flatMap(problemsOf).map(problem => `spec.${problem}`), { code: 'PP_SPEC_INVALID', what })
  }

  const { kafka, mysql } = spec

  if (kafka === undefined || mysql === undefined) {
    throw problemsError([kafka === undefined ? 'spec.kafka: is required in a cluster' : 'spec.mysql: is required in a cluster'], { code: 'PP_SPEC_INVALID', what })
  }

  const misused = metadataFields({ kafka, mysql })

  if (misused.length > 0) {
    throw problemsError(misused.map(field => `${field}: is the address of a metadata service, which is not a Kafka broker or a database`), { code: 'PP_SPEC_INVALID', what })
  }

  const refused = REFUSALS.flatMap(({ refuses, message }) => refuses(spec).map(path => `${formatPath(path)}: ${message}`))

  if (refused.length > 0) {
    throw problemsError(refused, { code: 'PP_NOT_SUPPORTED', what })
  }

  return { metadata: { ...object.metadata, namespace, name, uid }, spec: { ...spec, kafka, mysql } }
}

/**
 * Refuses backups where the operator has no image for them.
 *
 * @throws ProbeError `PP_NOT_SUPPORTED`
 */
export function requireBackupImage ({ metadata, spec }: ClusterProbe, { backup }: Pick<Images, 'backup'>): void {
  if (spec.backup.enabled && backup === undefined) {
    const problem = 'spec.backup.enabled: this operator has no image for backups: leave it out, or have the cluster\'s owner set the chart value backup.image'
    throw problemsError([problem], { code: 'PP_NOT_SUPPORTED', what: `PeerProbe ${metadata.namespace}/${metadata.name}` })
  }
}

// No pod could reach them: the network policies exclude them.
function metadataFields ({ kafka, mysql }: Pick<ClusterSpec, 'kafka' | 'mysql'>): string[] {
  return [
    ...(kafka.brokers ?? []).flatMap((broker, i) => isMetadata(broker.slice(0, broker.lastIndexOf(':'))) ? [`spec.kafka.brokers[${String(i)}]`] : []),
    ...isMetadata(mysql.host) ? ['spec.mysql.host'] : []
  ]
}
