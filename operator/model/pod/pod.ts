// The only way to run a process in a pod: unprivileged, on a read-only root, without a token, within the restricted Pod Security Standard.
import { defined } from '../../../core/defined.ts'
import { textHash } from '../naming/text-hash.ts'
import { terse, tersePolicy } from '../probe/images.ts'
import { CONFIG_FOLDER } from './mounts.ts'
import type { ClusterProbe } from '../probe/cluster-probe.ts'
import type { Images } from '../probe/images.ts'
import type { Resources } from '../probe/pod-resources.ts'
import type { PassivePort } from './expose.ts'
import type { Mount } from './mounts.ts'

/** What differs between pods. */
export interface PodPlan {
  images: Images

  /** Entry point, such as `crawler/main.ts`. */
  entry: string

  serviceAccount: string
  labels: Record<string, string>

  /** Hash of everything that the pod reads only when it starts. */
  configHash: string

  mounts: readonly Mount[]
  resources: Resources
  pod: Partial<ClusterProbe['spec']['consumer']['pod'] & { hostNetwork: boolean }>
  restartPolicy: 'Always' | 'Never'

  /** Whether it serves `/livez` and `/readyz`. */
  probed: boolean

  /** Ports besides the port of the admin server. */
  ports: readonly PassivePort[]

  /** Containers that run before its own, one after the other. @default none */
  before?: readonly ContainerBefore[]

  /** Further variables of its containers. @default none */
  env?: readonly object[]
}

/** A container that runs before a pod's own: with another entry point of its image, or with another image and command. */
type ContainerBefore = { name: string } & ({ entry: string } | { image: string, command: readonly string[] })

/** Name of the container of every pod. */
export const CONTAINER = 'peerprobe'

/** Port of the admin server in every pod. */
export const ADMIN_PORT = 9_090

/** Variable with the pod's addresses, of one family or both. */
export const POD_IPS = 'POD_IPS'

/**
 * Annotation on a pod template with a hash of everything the pod is built from. A changed input rolls the pod, and the
 * pods of an earlier template, whose status is out of date, can be recognised.
 */
export const CONFIG_HASH = 'peerprobe.dev/config-hash'

// Longer than a process takes to drain (25 s).
const GRACE_SECONDS = 40
const USER = 65_532

/** A pod template. */
export function podTemplate (plan: PodPlan): Record<string, unknown> {
  const { labels, configHash, pod, restartPolicy, serviceAccount, mounts } = plan
  const { pullSecrets } = terse(plan.images)

  const spec = {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...defined({ imagePullSecrets: pullSecrets?.map(name => ({ name })) }),
    restartPolicy,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER, seccompProfile: { type: 'RuntimeDefault' } },
    ...defined({
      hostNetwork: pod.hostNetwork === true ? true : undefined,
      dnsPolicy: pod.hostNetwork === true ? 'ClusterFirstWithHostNet' : undefined,
      nodeSelector: pod.nodeSelector,
      tolerations: pod.tolerations,
      affinity: pod.affinity
    }),
    ...defined({ initContainers: plan.before?.map(before => containerBefore(plan, before)) }),
    containers: [container(plan)],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '256Mi' } }, ...mounts.map(volumeOf)]
  }
  const hash = textHash(JSON.stringify([configHash, labels, pod.annotations, spec]))

  return { metadata: { labels, annotations: { ...pod.annotations, [CONFIG_HASH]: hash } }, spec }
}

// Of another image, which knows nothing of termination messages: its last lines are the reason of its failure.
function containerBefore (plan: PodPlan, before: ContainerBefore): Record<string, unknown> {
  if ('entry' in before) {
    return { ...container({ ...plan, entry: before.entry }), name: before.name }
  }

  const { name, image, command } = before

  return {
    name,
    image,
    ...defined({ imagePullPolicy: tersePolicy(image, plan.images.pullPolicy) }),
    command,
    resources: plan.resources,
    ...confined(plan),
    terminationMessagePolicy: 'FallbackToLogsOnError'
  }
}

function container ({ images, entry, mounts, resources, probed, ports, env = [] }: PodPlan): Record<string, unknown> {
  const { workload, pullPolicy } = terse(images)
  const field = (name: string, path: string): object => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: path } } })

  return {
    name: CONTAINER,
    image: workload,
    ...defined({ imagePullPolicy: pullPolicy }),
    args: [entry],
    env: [
      { name: 'PEERPROBE_CONFIG', value: `${CONFIG_FOLDER}/process.json` },
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('NODE_NAME', 'spec.nodeName'),
      // A Job cannot be changed, and its pods have no admin server.
      ...probed ? [field(POD_IPS, 'status.podIPs')] : [],
      ...env
    ],
    resources,
    ...probed && { ports: [ADMIN, ...ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol }))], ...PROBES },
    ...confined({ mounts })
  }
}

// What every container may do and see.
function confined ({ mounts }: Pick<PodPlan, 'mounts'>): Record<string, unknown> {
  return {
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    terminationMessagePolicy: 'File',
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...mounts.map(({ name, path, source }) => ({ name, mountPath: path, ...defined({ readOnly: isWritable(source) ? undefined : true }) }))
    ]
  }
}

const ADMIN = { name: 'admin', containerPort: ADMIN_PORT, protocol: 'TCP' }

// A busy node may take more than the 30 s of the liveness probe until Node has loaded everything: such a container would be killed
// again and again, and never start.
const PROBES = {
  startupProbe: { httpGet: { path: '/livez', port: 'admin' }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 60 },
  livenessProbe: { httpGet: { path: '/livez', port: 'admin' }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
  readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 5, timeoutSeconds: 3 }
}

function volumeOf ({ name, source }: Mount): Record<string, unknown> {
  if ('secret' in source) {
    return { name, secret: { secretName: source.secret } }
  }
  if ('memory' in source) {
    return { name, emptyDir: { medium: 'Memory', sizeLimit: source.memory } }
  }

  // Of a claim that is only read, the kubelet leaves the owners of the files alone.
  return 'claim' in source ? { name, persistentVolumeClaim: { claimName: source.claim, ...defined({ readOnly: source.isReadOnly }) } } : { name, configMap: { name: source.configMap } }
}

function isWritable (source: Mount['source']): boolean {
  return 'memory' in source || ('claim' in source && source.isReadOnly !== true)
}
