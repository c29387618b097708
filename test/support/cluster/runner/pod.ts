import type { KindRef, KubeObject } from '../../../../operator/runtime/kube-object.ts'

/** The kind Pod. */
export const POD: KindRef = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

/** The parts of a pod that the runner supports. */
export interface Pod extends KubeObject {
  spec: PodSpec
  status?: { phase?: string }
}

/** A pod's specification. Other fields that would change what runs are refused: see {@link unknownFields}. */
interface PodSpec {
  nodeName?: string
  serviceAccountName?: string
  restartPolicy: 'Always' | 'Never' | 'OnFailure'
  terminationGracePeriodSeconds?: number
  imagePullSecrets?: { name: string }[]
  securityContext?: { runAsUser?: number, runAsGroup?: number, fsGroup?: number }
  initContainers?: PodContainer[]
  containers: PodContainer[]
  volumes?: PodVolume[]
}

/** The one container of a pod, or one that runs before it. */
export interface PodContainer {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string, value?: string, valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  ports?: { name?: string, containerPort: number }[]
  volumeMounts?: { name: string, mountPath: string, readOnly?: boolean }[]
  securityContext?: { readOnlyRootFilesystem?: boolean }
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  startupProbe?: PodProbe
  livenessProbe?: PodProbe
  readinessProbe?: PodProbe
}

/** A probe by HTTP. */
export interface PodProbe {
  httpGet?: { path: string, port: string | number }
  periodSeconds?: number
  timeoutSeconds?: number
  failureThreshold?: number
}

/** A volume of one of the kinds that the product mounts. */
export interface PodVolume {
  name: string
  secret?: { secretName: string }
  configMap?: { name: string }
  emptyDir?: object
  persistentVolumeClaim?: { claimName: string }
  projected?: { sources: PodProjection[] }
}

/** One source of a projected volume, such as the token of the pod's account. */
export interface PodProjection {
  serviceAccountToken?: { path: string, expirationSeconds?: number }
  configMap?: { name: string, items?: { key: string, path: string }[] }
  downwardAPI?: { items: { path: string, fieldRef?: { fieldPath: string } }[] }
}

const REFUSED_OF_POD = ['ephemeralContainers', 'hostNetwork', 'hostPID', 'hostAliases', 'runtimeClassName']
const REFUSED_OF_CONTAINER = ['envFrom', 'lifecycle', 'workingDir', 'volumeDevices', 'stdin']
const VOLUMES = ['secret', 'configMap', 'emptyDir', 'persistentVolumeClaim', 'projected']

/** The fields of a pod that the runner does not support. Ignoring them silently would make a test meaningless. */
export function unknownFields (pod: Pod): string[] {
  const { spec } = pod
  const [container, ...more] = spec.containers

  return [
    ...REFUSED_OF_POD.filter(field => Object.hasOwn(spec, field)),
    ...REFUSED_OF_CONTAINER.filter(field => container !== undefined && Object.hasOwn(container, field)),
    ...more.length === 0 ? [] : ['containers[1]'],
    ...podsBefore(pod).flatMap(before => unknownFields(before)),
    ...(spec.volumes ?? []).filter(volume => !VOLUMES.some(kind => Object.hasOwn(volume, kind))).map(({ name }) => `volume ${name}`),
    ...(container?.env ?? []).filter(({ valueFrom }) => valueFrom !== undefined && valueFrom.fieldRef === undefined).map(({ name }) => `env ${name}`)
  ]
}

/** The containers that run before a pod's own, each as a pod that has no other. */
export function podsBefore (pod: Pod): Pod[] {
  const { initContainers = [], ...spec } = pod.spec

  return initContainers.map(container => ({ ...pod, spec: { ...spec, containers: [container] } }))
}

/** A field of a pod by its path, as in the downward API. */
export function fieldOf ({ metadata, spec }: Pod, path: string, address = ''): string {
  const fields: Record<string, string> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace ?? '',
    'metadata.uid': metadata.uid ?? '',
    'spec.nodeName': spec.nodeName ?? '',
    'status.podIP': address,
    'status.podIPs': address
  }

  return fields[path] ?? metadata.labels?.[/^metadata\.labels\['(.+)'\]$/.exec(path)?.[1] ?? ''] ?? ''
}

/** The environment of a pod's container. */
export function environmentOf (pod: Pod, address: string): Record<string, string> {
  const variables = pod.spec.containers[0]?.env ?? []

  return Object.fromEntries(variables.map(({ name, value, valueFrom }) => [name, value ?? fieldOf(pod, valueFrom?.fieldRef?.fieldPath ?? '', address)]))
}
