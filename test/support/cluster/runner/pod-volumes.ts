import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathOf } from '../../../../operator/runtime/kube-object.ts'
import { fieldOf } from './pod.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { KindRef } from '../../../../operator/runtime/kube-object.ts'
import type { Pod, PodProjection, PodVolume } from './pod.ts'

/** A folder of this machine at a path in a container. */
export interface Bind { from: string, to: string, readOnly: boolean }

/** What volumes are made with. */
export interface VolumeDeps {
  /** Has the rights of a kubelet: the API server gives it just what pods of its node name. */
  client: KubeClient

  /** Folder of one pod. */
  folder: string

  /** Folder of all claims: what is in them outlives pods. */
  claims: string
}

const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }
const ACCOUNT: KindRef = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true }
const CONFIG_MAP: KindRef = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }

/**
 * Makes the volumes of a pod as a kubelet does, owned by its group, and says where they belong.
 *
 * @throws ProbeError what the API server refuses; TypeError for what does not exist
 */
export async function makeVolumes (deps: VolumeDeps, pod: Pod, signal: AbortSignal): Promise<Bind[]> {
  const { volumes = [], containers, securityContext: { fsGroup = 0 } = {} } = pod.spec
  const folders = new Map<string, string>()

  for (const volume of volumes) {
    const folder = folderOf(deps, pod, volume)
    mkdirSync(folder, { recursive: true })
    chownSync(folder, 0, fsGroup)
    folders.set(volume.name, folder)

    for (const [file, content] of await contentOf(deps, pod, volume, signal)) {
      writeFileSync(join(folder, file), content)
      chownSync(join(folder, file), 0, fsGroup)
      chmodSync(join(folder, file), 0o644)
    }

    // Claims and scratch folders are the group's to write, in a claim's files as well.
    chmodSync(folder, volume.persistentVolumeClaim === undefined ? volume.emptyDir === undefined ? 0o755 : 0o777 : 0o2775)
  }

  return (containers[0]?.volumeMounts ?? []).map(({ name, mountPath, readOnly = false }) => ({ from: folders.get(name) ?? '', to: mountPath, readOnly }))
}

function folderOf ({ folder, claims }: VolumeDeps, { metadata: { namespace = '' } }: Pod, { name, persistentVolumeClaim }: PodVolume): string {
  return persistentVolumeClaim === undefined ? join(folder, 'volumes', name) : join(claims, namespace, persistentVolumeClaim.claimName)
}

type Content = [file: string, content: string | Buffer][]

async function contentOf ({ client }: VolumeDeps, pod: Pod, volume: PodVolume, signal: AbortSignal): Promise<Content> {
  const { name, secret, configMap, projected } = volume
  const { namespace } = pod.metadata

  if (projected !== undefined) {
    return (await Promise.all(projected.sources.map(async source => await projectionOf(client, pod, source, signal)))).flat()
  }

  const source = secret?.secretName ?? configMap?.name

  if (source === undefined) {
    return []
  }

  const kind = secret === undefined ? CONFIG_MAP : SECRET
  const object = await client.get(kind, { namespace, name: source }, signal)

  if (object === undefined) {
    throw new TypeError(`MountVolume.SetUp failed for volume "${name}": ${kind.kind.toLowerCase()} "${source}" not found`)
  }

  const data = Object.entries((object['data'] ?? {}) as Record<string, string>)

  return data.map(([file, value]) => [file, secret === undefined ? value : Buffer.from(value, 'base64')])
}

// What a pod of an account with rights finds: its token, the API server's authority and its namespace.
async function projectionOf (client: KubeClient, pod: Pod, source: PodProjection, signal: AbortSignal): Promise<Content> {
  const { serviceAccountToken, configMap, downwardAPI } = source
  const { metadata: { name, namespace, uid }, spec: { serviceAccountName = 'default' } } = pod

  if (serviceAccountToken !== undefined) {
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid }
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: serviceAccountToken.expirationSeconds, boundObjectRef } }
    const path = `${pathOf(ACCOUNT, { namespace, name: serviceAccountName })}/token`
    const { status } = await client.json({ method: 'POST', path, body }, signal) as { status: { token: string } }

    return [[serviceAccountToken.path, status.token]]
  }
  if (configMap !== undefined) {
    const object = await client.get(CONFIG_MAP, { namespace, name: configMap.name }, signal)

    return (configMap.items ?? []).map(({ key, path }) => [path, ((object?.['data'] ?? {}) as Record<string, string>)[key] ?? ''])
  }

  return (downwardAPI?.items ?? []).map(({ path, fieldRef }) => [path, fieldOf(pod, fieldRef?.fieldPath ?? '')])
}
