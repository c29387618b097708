// Reads what a bundle holds. It can ask for the kinds below and for logs, figures and versions, and for nothing else: Secrets
// are not among them, so that none can get into a bundle, whatever the person who makes it may read.
import { text } from 'node:stream/consumers'
import { KINDS } from '../../model/naming/kinds.ts'
import { ADMIN_PORT } from '../../model/pod/pod.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import { podLog } from '../logs/pod-log.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KindRef, KubeObject, ObjectKey } from '../../runtime/kube-object.ts'
import type { LogChoice } from '../logs/pod-log.ts'

/** The kinds of objects that are made for a PeerProbe, and that a bundle may hold. */
export const BUNDLED = [
  KINDS.configMap,
  KINDS.serviceAccount,
  KINDS.service,
  KINDS.pod,
  KINDS.deployment,
  KINDS.replicaSet,
  KINDS.job,
  KINDS.cronJob,
  KINDS.disruptionBudget,
  KINDS.networkPolicy
] as const satisfies readonly KindRef[]

// Where a request hangs, the others still have their time.
const REQUEST_MS = 15_000
const MAX_OBJECTS = 500

/** See the head of this file. */
export class BundleReader {
  readonly #client: Pick<KubeClient, 'bytes' | 'json'>

  constructor (client: Pick<KubeClient, 'bytes' | 'json'>) {
    this.#client = client
  }

  /** Objects of one kind. @throws ProbeError what the API server answers; TypeError for Secrets */
  async list (kind: KindRef, { namespace, ...selectors }: { namespace: string, labelSelector?: string }, signal: AbortSignal): Promise<KubeObject[]> {
    refuseSecrets(kind)
    const query = { ...selectors, limit: String(MAX_OBJECTS) }
    const { items } = await this.#client.json({ method: 'GET', path: pathOf(kind, { namespace }), query }, within(signal)) as { items: KubeObject[] }

    return items.map(item => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }))
  }

  /** Version of the API server. */
  async serverVersion (signal: AbortSignal): Promise<unknown> {
    return await this.#client.json({ method: 'GET', path: '/version' }, within(signal))
  }

  /** The end of a log. */
  async log (pod: ObjectKey, choice: LogChoice & { maxBytes: number }, signal: AbortSignal): Promise<string> {
    const lines: string[] = []

    for await (const { time, text: line } of podLog(this.#client, pod, choice, within(signal))) {
      lines.push(`${time ?? ''} ${line}\n`)
    }

    return lines.join('')
  }

  /** What the admin server of a pod says at a path, through the API server. */
  async admin ({ namespace, name }: ObjectKey, path: '/metrics' | '/status', maxBytes: number, signal: AbortSignal): Promise<string> {
    const where = `${pathOf(KINDS.pod, { namespace, name: `${name}:${String(ADMIN_PORT)}` })}/proxy${path}`

    return await text(cut(this.#client.bytes({ method: 'GET', path: where, accept: '*/*' }, within(signal)), maxBytes))
  }
}

function refuseSecrets ({ plural }: KindRef): void {
  if (plural === KINDS.secret.plural) {
    throw new TypeError('a bundle reads no Secrets')
  }
}

function within (signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)])
}

async function* cut (chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let left = maxBytes

  for await (const chunk of chunks) {
    yield chunk.subarray(0, left)
    left -= chunk.length

    if (left <= 0) {
      return
    }
  }
}
