import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { pathOf } from '../../../../operator/runtime/kube-object.ts'
import { POD } from './pod.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { Pod } from './pod.ts'

const TRY_AGAIN_MS = 300
const MOST_TRIES = 10

/** Writes the status of one pod, each change in its order. */
export class PodStatusWriter {
  readonly #client: KubeClient
  readonly #pod: Pod
  #last: object | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor (client: KubeClient, pod: Pod) {
    this.#client = client
    this.#pod = pod
  }

  /** Writes a status that differs from the last one, once that is written. */
  write (status: object): void {
    if (!isDeepStrictEqual(status, this.#last)) {
      this.#last = status
      const before = this.#writing
      this.#writing = this.#writeAfter(before, status)
      // It is thrown by `written`.
      this.#writing.catch(() => undefined)
    }
  }

  /** Resolves when all is written. @throws ProbeError when the API server refused ten times */
  async written (): Promise<void> {
    await this.#writing
  }

  // A pod that was deleted meanwhile needs no status.
  async #writeAfter (before: Promise<void>, status: object): Promise<void> {
    await before
    const path = `${pathOf(POD, this.#pod.metadata)}/status`
    const body = { metadata: { uid: this.#pod.metadata.uid }, status }

    for (let tries = 1; ; tries++) {
      try {
        await this.#client.json({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }, new AbortController().signal)
        return
      } catch (err) {
        if (['PP_KUBE_NOT_FOUND', 'PP_KUBE_CONFLICT'].includes(String((err as { code?: string }).code))) {
          return
        }
        if (tries === MOST_TRIES) {
          throw err
        }
        await delay(TRY_AGAIN_MS)
      }
    }
  }
}
