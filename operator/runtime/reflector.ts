// Keeps a store equal to the API server, whatever happens to the connection: a paged list, then a watch from its
// version. After a lost connection the watch resumes from the last version, and lists again if that version has expired.
import { defined } from '../../core/defined.ts'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import { backoffMs } from '../../core/time/backoff.ts'
import { Deadline } from '../../core/time/deadline.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { kubeError } from './kube-error.ts'
import { isNewer, keyOf, METADATA, pathOf } from './kube-object.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject, ObjectKey } from './kube-object.ts'
import type { ObjectStore } from './object-store.ts'

/** Called for each change: with the new object, or with the last known one if it was deleted. */
type OnChange = (object: KubeObject, change: 'set' | 'deleted') => void

export interface ReflectorDeps {
  client: Pick<KubeClient, 'json' | 'watch'>
  clock: Clock
  log: Logger
  store: ObjectStore
  onChange: OnChange
}

/** The kind to reflect. */
export interface ReflectorOptions {
  kind: KindRef

  /** Only this namespace. @default all */
  namespace?: string | undefined

  labelSelector?: string | undefined

  /** Request only metadata, if the rest is not needed and may be large. */
  metadataOnly?: boolean

  /** Drops unused fields to save memory; managedFields are always dropped. */
  trim?: (object: KubeObject) => KubeObject

  /** Objects of one page of a list. @default 500 */
  pageSize?: number

  /** How long a watch may be silent before it counts as dead, in milliseconds. @default 150000 */
  silenceMs?: number
}

interface WatchEvent { type: string, object: KubeObject & { code?: number, message?: string } }
interface ListPage { metadata: { resourceVersion?: string, continue?: string }, items?: KubeObject[] }

// The server closes a watch after this time; bookmarks arrive every minute.
const WATCH_SECONDS = 300
const SILENCE_MS = 150_000
const PAGE_SIZE = 500
const BACKOFF = { initialMs: 500, maxMs: 30_000 }
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** Reflects one kind. */
export class Reflector {
  /** Resolves with the first complete list. */
  readonly synced: Promise<void>

  /** Whether the first complete list has arrived. */
  isSynced = false

  readonly #deps: ReflectorDeps
  readonly #options: ReflectorOptions
  readonly #firstList = Promise.withResolvers<undefined>()
  #lastContactMs: number
  #messages = 0
  #version: string | undefined

  constructor (deps: ReflectorDeps, options: ReflectorOptions) {
    this.#deps = deps
    this.#options = options
    this.#lastContactMs = deps.clock.monotonic()
    this.synced = this.#firstList.promise.then(() => undefined)
  }

  /** Time since the last message from the server, in milliseconds; attempts to reach it do not count. */
  get silentMs (): number {
    return this.#deps.clock.monotonic() - this.#lastContactMs
  }

  /** Stores the server's answer to one of our writes, so that the writer does not read the state before it. The watch delivers the change later. */
  remember (object: KubeObject): void {
    if (this.#version !== undefined && isNewer(object, { resourceVersion: this.#version }) && !this.#isBehind(object)) {
      this.#deps.store.set(this.#trimmed(object))
    }
  }

  /** Watches until `signal` aborts. */
  async run (signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const before = this.#messages
      try {
        if (this.#version === undefined) {
          await this.#list(signal)
        }

        await this.#watch(signal)

        // Something in between may end each watch at once: without a wait it would be asked for without end.
        if (this.#messages === before) {
          throw new ProbeError('PP_KUBE_UNAVAILABLE', `the watch of ${this.#options.kind.plural} ended before it said anything`)
        }
        failures = 0
      } catch (err) {
        // An attempt is no success: only what the server said counts.
        failures = this.#messages === before ? failures + 1 : 1
        await this.#recover(err, failures, signal)
      }
    }
  }

  async #recover (err: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    const { kind: { kind } } = this.#options

    if (signal.aborted) {
      return
    }
    if (isProbeError(err, 'PP_KUBE_GONE')) {
      log.debug({ kind }, 'watch expired, listing again')
      this.#version = undefined
      return
    }

    const asked = isProbeError(err) ? err.details['retryAfterMs'] : undefined
    const waitMs = Math.max(backoffMs(failures, BACKOFF), typeof asked === 'number' ? Math.min(asked, BACKOFF.maxMs) : 0)
    log[failures > 3 ? 'warn' : 'debug']({ kind, err, failures, waitMs }, 'watch broken')

    try {
      await sleep(clock, waitMs, signal)
    } catch (stop) {
      if (!isAbort(stop)) {
        throw stop
      }
    }
  }

  async #list (signal: AbortSignal): Promise<void> {
    const { store, onChange } = this.#deps
    const seen = new Set<string>()
    let page: ListPage = { metadata: {} }

    do {
      page = await this.#page(page.metadata.continue, signal)

      for (const item of page.items ?? []) {
        // Items of a list lack apiVersion and kind.
        seen.add(keyOf(item.metadata))
        this.#set(item)
      }
    } while ((page.metadata.continue ?? '') !== '')

    for (const object of store.all().filter(({ metadata }) => this.#isReflected(metadata) && !seen.has(keyOf(metadata)))) {
      store.delete(object.metadata)
      onChange(object, 'deleted')
    }

    this.#version = page.metadata.resourceVersion ?? ''
    this.isSynced = true
    this.#firstList.resolve(undefined)
  }

  // Reflectors of other namespaces may share the store.
  #isReflected ({ namespace }: ObjectKey): boolean {
    return this.#options.namespace === undefined || this.#options.namespace === namespace
  }

  async #page (next: string | undefined, signal: AbortSignal): Promise<ListPage> {
    const { kind, namespace, metadataOnly = false, pageSize = PAGE_SIZE } = this.#options
    const query = { limit: String(pageSize), ...defined({ continue: next }), ...this.#selector() }
    const page = await this.#deps.client.json({ method: 'GET', path: pathOf(kind, { namespace }), query, ...defined({ accept: metadataOnly ? METADATA_LIST : undefined }) }, signal)
    this.#heard()

    return page as ListPage
  }

  #heard (): void {
    this.#lastContactMs = this.#deps.clock.monotonic()
    this.#messages++
  }

  // managedFields are a third of an object and are not used.
  #trimmed (item: KubeObject): KubeObject {
    const { kind: { apiVersion, kind }, trim } = this.#options
    const object = { ...item, apiVersion, kind, metadata: { ...item.metadata, managedFields: undefined } }

    return trim?.(object) ?? object
  }

  // An event of the watch may be older than the server's answer to our write.
  #isBehind ({ metadata }: KubeObject): boolean {
    const known = this.#deps.store.get(metadata)

    return known !== undefined && isNewer(known, metadata)
  }

  #set (item: KubeObject): void {
    const { store, onChange } = this.#deps
    const object = this.#trimmed(item)

    if (store.set(object)?.metadata.resourceVersion !== object.metadata.resourceVersion) {
      onChange(object, 'set')
    }
  }

  async #watch (signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#deps
    const { kind, namespace, metadataOnly = false, silenceMs = SILENCE_MS } = this.#options
    const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_SECONDS), resourceVersion: this.#version ?? '', ...this.#selector() }
    using silence = new Deadline(clock, silenceMs, signal, {
      timeout: () => new ProbeError('PP_KUBE_UNAVAILABLE', `the watch of ${kind.plural} said nothing for ${String(silenceMs)} ms`),
      stopped: reason => reason
    })

    for await (const event of client.watch(pathOf(kind, { namespace }), query, metadataOnly ? METADATA : undefined, silence.signal)) {
      silence.restart()
      this.#heard()
      this.#take(event as WatchEvent)
    }
  }

  #take ({ type, object }: WatchEvent): void {
    const { store, onChange } = this.#deps
    const { kind } = this.#options

    if (type === 'ERROR') {
      throw kubeError(object.code ?? 500, object, `watch of ${kind.plural}`)
    }
    if (type !== 'BOOKMARK' && !this.#isBehind(object)) {
      if (type === 'DELETED') {
        store.delete(object.metadata)
        onChange({ ...object, apiVersion: kind.apiVersion, kind: kind.kind }, 'deleted')
      } else {
        this.#set(object)
      }
    }

    this.#version = object.metadata.resourceVersion ?? this.#version
  }

  #selector (): Record<string, string> {
    return defined({ labelSelector: this.#options.labelSelector })
  }
}
