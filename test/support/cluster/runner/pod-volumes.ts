import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathOf } from '../../../../operator/runtime/kube-object.ts'
import { fieldOf } from './pod.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { KindRef } from '../../../../operator/runtime/kube-object.ts'
import type { Pod, PodProjection, PodVolume } from './pod.ts'

/** A folder of this machine at a path in a container. */
export interface Bind { from: string, to: string, readOnly: boolean }

/** What volumes need. */
export interface VolumeDeps {
  /** Has the rights of a kubelet: the API server gives it only objects that pods of its node refer to. */
  client: KubeClient

  /** Folder of one pod. */
  folder: string

  /** Folder of all claims: their contents outlive pods. */
  claims: string
}

const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }
const ACCOUNT: KindRef = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true }
const CONFIG_MAP: KindRef = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }

/**
 * Creates the volumes of a pod like a kubelet, owned by the pod's group, and returns their mount
 * paths.
 *
 * @throws ProbeError when the API server refuses; TypeError when something does not exist
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

    // Claims and scratch folders are writable by the group, including existing files of a claim.
    chmodSync(folder, volume.persistentVolumeClaim === undefined ? volume.emptyDir === undefined ? 0o755 : 0o777 : 0o2775)
  }

  return (containers[0]?.volumeMounts ?? []).map(({ name, mountPath, readOnly = false }) => ({ from: folders.get(name) ?? '', to: mountPath, readOnly }))
}

/** Renews what a pod sees of ConfigMaps, as a kubelet does after a while: each file is the old one or the new one, whole. */
export async function renewConfigMaps (deps: VolumeDeps, pod: Pod, signal: AbortSignal): Promise<void> {
  for (const volume of (pod.spec.volumes ?? []).filter(({ configMap }) => configMap !== undefined)) {
    const folder = folderOf(deps, pod, volume)
    const content = await contentOf(deps, pod, volume, signal)

    for (const [file, text] of content) {
      writeFileSync(join(folder, '..', `${volume.name}.new`), text, { mode: 0o644 })
      renameSync(join(folder, '..', `${volume.name}.new`), join(folder, file))
    }
    for (const file of readdirSync(folder).filter(name => !content.some(([known]) => known === name))) {
      rmSync(join(folder, file))
    }
  }
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

// The files of a service account: its token, the certificate authority of the API server and the namespace.
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

/** The folder of one pod. */
export function podFolder (root: string, { metadata: { uid = '' } }: Pod): string {
  return join(root, 'pods', uid)
}
