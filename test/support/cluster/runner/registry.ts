import { DEFAULT_BACKUP } from '../../../../operator/model/probe/images.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { KindRef } from '../../../../operator/runtime/kube-object.ts'
import type { Pod } from './pod.ts'

/** The image that everybody may pull. */
export const PUBLIC_IMAGE = 'peerprobe:test'

/** The same image in a registry that needs a pull Secret. */
export const PRIVATE_IMAGE = 'private.example/peerprobe:test'

const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }
const PULL_SECRET = 'kubernetes.io/dockerconfigjson'

/** Images of others, whose programs are those of this machine. */
const FOREIGN_IMAGES: ReadonlySet<string> = new Set([DEFAULT_BACKUP.image])

/** A registry with the image of this folder under two names, one of them private. */
export class Registry {
  readonly #client: KubeClient

  constructor (client: KubeClient) {
    this.#client = client
  }

  /** Why a pod's image cannot be pulled, in the words of a kubelet; undefined if it can. */
  async refusal ({ metadata, spec }: Pod, signal: AbortSignal): Promise<{ reason: string, message: string } | undefined> {
    const { image } = spec.containers[0]!

    if (image === PUBLIC_IMAGE || FOREIGN_IMAGES.has(image) || (image === PRIVATE_IMAGE && await this.#isLetIn(metadata.namespace ?? '', spec.imagePullSecrets ?? [], signal))) {
      return undefined
    }

    return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": pull access denied, repository does not exist or may require authorization` }
  }

  async #isLetIn (namespace: string, names: readonly { name: string }[], signal: AbortSignal): Promise<boolean> {
    for (const { name } of names) {
      const secret = await this.#client.get(SECRET, { namespace, name }, signal)

      if (secret?.['type'] === PULL_SECRET) {
        return true
      }
    }

    return false
  }
}
