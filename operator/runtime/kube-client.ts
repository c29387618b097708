// A thin client. The library handles kubeconfigs and credentials; objects are passed through as JSON, because
// the library's typed classes drop unknown fields.
import { request as plainRequest } from 'node:http'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import { defined } from '../../core/defined.ts'
import { jsonLines } from './json-lines.ts'
import { kubeError, noAnswer } from './kube-error.ts'
import { METADATA, pathOf } from './kube-object.ts'
import type { KindRef, KubeObject, ObjectKey } from './kube-object.ts'
import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'

/** One request. */
export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string>
  body?: unknown

  /** @default 'application/json' */
  contentType?: string

  /** @default 'application/json' */
  accept?: string
}

/** A finished request: answered or failed. */
export interface RequestEnd {
  method: KubeRequest['method']

  /** The HTTP status, or `error`. */
  code: string

  /** Time until the answer began, or until the failure. */
  durationMs: number
}

/** Settings of {@link KubeClient}. */
export interface KubeClientOptions {
  /** How long a request may take, in milliseconds; watches have no limit. @default 30000 */
  timeoutMs?: number

  /** Called for each request. */
  onRequest?: (end: RequestEnd) => void
}

/** How objects are applied (server-side apply). */
export interface ApplyOptions {
  fieldManager: string

  /** Validate and answer, but change nothing. */
  dryRun?: boolean
}

const TIMEOUT_MS = 30_000
const USER_AGENT = 'peerprobe-operator'

/** A client of one API server. */
export class KubeClient {
  readonly #config: KubeConfig
  readonly #options: KubeClientOptions

  constructor (config: KubeConfig, options: KubeClientOptions = {}) {
    this.#config = config
    this.#options = options
  }

  /** A client from KUBECONFIG, the kubeconfig in the home folder, or the pod's ServiceAccount. */
  static fromEnvironment (options: KubeClientOptions = {}): KubeClient {
    const config = new KubeConfig()
    config.loadFromDefault()

    return new KubeClient(config, options)
  }

  /** URL of the API server. */
  get server (): string {
    return this.#config.getCurrentCluster()?.server ?? ''
  }

  /** Namespace of the kubeconfig's context. */
  get namespace (): string {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace ?? 'default'
  }

  /** Reads an object; undefined if it does not exist. */
  async get (kind: KindRef, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    return await this.#read({ method: 'GET', path: pathOf(kind, key) }, signal)
  }

  /** Reads only the metadata of an object; undefined if it does not exist. */
  async getMetadata (kind: KindRef, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    return await this.#read({ method: 'GET', path: pathOf(kind, key), accept: METADATA }, signal)
  }

  /** Applies an object by force: its fields become ours, and all other fields stay. */
  async apply (kind: KindRef, object: KubeObject, { fieldManager, dryRun = false }: ApplyOptions, signal: AbortSignal): Promise<KubeObject> {
    return await this.json({
      method: 'PATCH',
      path: pathOf(kind, object.metadata),
      query: { fieldManager, force: 'true', ...defined({ dryRun: dryRun ? 'All' : undefined }) },
      contentType: 'application/apply-patch+yaml',
      body: object
    }, signal) as KubeObject
  }

  /** Replaces the status of an object. @throws ProbeError `PP_KUBE_CONFLICT` when it changed since it was read */
  async putStatus (kind: KindRef, object: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    return await this.json({ method: 'PUT', path: `${pathOf(kind, object.metadata)}/status`, body: object }, signal) as KubeObject
  }

  /** Changes an object by a JSON merge patch (RFC 7396). */
  async merge (kind: KindRef, key: ObjectKey, patch: unknown, signal: AbortSignal): Promise<KubeObject> {
    return await this.json({ method: 'PATCH', path: pathOf(kind, key), contentType: 'application/merge-patch+json', body: patch }, signal) as KubeObject
  }

  /** Deletes an object if it is still the one that was seen. Does nothing if it is gone. */
  async remove (kind: KindRef, { namespace, name, uid }: ObjectKey & { uid?: string | undefined }, signal: AbortSignal): Promise<void> {
    try {
      await this.json({
        method: 'DELETE',
        path: pathOf(kind, { namespace, name }),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', ...defined({ preconditions: uid === undefined ? undefined : { uid } }) }
      }, signal)
    } catch (err) {
      if (!isNotFound(err)) {
        throw err
      }
    }
  }

  /** Makes a request and reads the answer. @throws ProbeError with a code that begins with `PP_KUBE_` */
  async json (what: KubeRequest, signal: AbortSignal): Promise<unknown> {
    const limit = AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS)
    const response = await this.#send(what, AbortSignal.any([signal, limit]), signal)

    try {
      return await json(response)
    } catch (err) {
      signal.throwIfAborted()
      throw noAnswer(err, describe(what))
    }
  }

  /** The bytes of an answer, for as long as the server sends some. */
  async* bytes (what: KubeRequest, signal: AbortSignal): AsyncGenerator<Buffer> {
    const response = await this.#send(what, signal, signal)

    try {
      yield* response as AsyncIterable<Buffer>
    } catch (err) {
      signal.throwIfAborted()
      throw noAnswer(err, describe(what))
    } finally {
      response.destroy()
    }
  }

  /** The events of a watch, for as long as the server keeps it open. */
  async* watch (path: string, query: Record<string, string>, accept: string | undefined, signal: AbortSignal): AsyncGenerator {
    yield* jsonLines(this.bytes({ method: 'GET', path, query, ...defined({ accept }) }, signal))
  }

  async #read (what: KubeRequest, signal: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await this.json(what, signal) as KubeObject
    } catch (err) {
      if (isNotFound(err)) {
        return undefined
      }
      throw err
    }
  }

  async #send (what: KubeRequest, signal: AbortSignal, outer: AbortSignal): Promise<IncomingMessage> {
    const startedMs = performance.now()
    const ended = (code: string): void => {
      this.#options.onRequest?.({ method: what.method, code, durationMs: performance.now() - startedMs })
    }
    const response = await this.#exchange(what, signal).catch((err: unknown) => {
      outer.throwIfAborted()
      ended('error')
      throw noAnswer(err, describe(what))
    })
    const status = response.statusCode ?? 0
    ended(String(status))

    if (status >= 300) {
      const answer: unknown = await json(response).catch(() => undefined) // a proxy's page: the status is enough
      throw kubeError(status, answer, describe(what), response.headers['retry-after'])
    }

    return response
  }

  async #exchange (what: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, path, query = {}, body, contentType = 'application/json', accept = 'application/json' } = what
    const url = new URL(`${path}?${new URLSearchParams(query).toString()}`, this.server)
    const content = body === undefined ? undefined : JSON.stringify(body)
    // Node sends the body of a DELETE without Content-Length, and the server reads it as another request.
    const about = content === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(content) }
    const options: RequestOptions = { method, headers: { 'accept': accept, 'user-agent': USER_AGENT, ...about } }
    await this.#config.applyToHTTPSOptions(options)

    return await exchange(url, { ...options, signal }, content)
  }
}

/** Whether an error says that the object, or its kind, does not exist. */
export function isNotFound (err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'PP_KUBE_NOT_FOUND'
}

async function exchange (url: URL, options: RequestOptions, content: string | undefined): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? request : plainRequest)(url, options, resolve)
    outgoing.once('error', reject)
    outgoing.end(content)
  })
}

function describe ({ method, path }: KubeRequest): string {
  return `${method} ${path}`
}
