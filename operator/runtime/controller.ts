import { defined } from '../../core/defined.ts'
import { isProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { ObjectStore } from './object-store.ts'
import { Reflector } from './reflector.ts'
import { WorkQueue } from './work-queue.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'
import type { QueueObserver, Result } from './work-queue.ts'

/** A kind that a controller watches, in one namespace or in all. All watches of one kind share a store. */
export interface Watched {
  kind: KindRef

  /** @default all */
  namespace?: string | undefined
  labelSelector?: string | undefined

  /** Label whose values the store is indexed by. */
  index?: string

  metadataOnly?: boolean

  /** Drops unused fields to save memory. */
  trim?: (object: KubeObject) => KubeObject

  /** The keys that a change of an object affects. */
  keysOf: (object: KubeObject) => readonly string[]
}

export interface ControllerDeps {
  client: KubeClient
  clock: Clock
  log: Logger
  reconcile: (key: string, signal: AbortSignal) => Promise<Result>
  observer?: QueueObserver
}

/** Settings of {@link Controller}. */
export interface ControllerOptions {
  watched: readonly Watched[]
  workers: number

  /** Optional kinds, as the cluster serves them now: they are watched only while they are served. */
  optional?: (signal: AbortSignal) => Promise<readonly Watched[]>
}

interface Reflected { store: ObjectStore, parts: readonly Part[] }

// One for each namespace, or one for all namespaces.
interface Part { reflector: Reflector, namespace: string | undefined }

interface Optional extends Reflected { apiVersion: string, stop: AbortController, ended: Promise<unknown> }

/** State of the watch of a kind. */
export interface WatchState {
  kind: string

  /** Number of known objects. */
  objects: number

  /** Time since the last message from the server, on the most silent of several watches. */
  silentMs: number
}

// Time between two checks of which optional kinds are served.
const ASK_MS = 10_000

// A watch gets a bookmark each minute. A watch that was silent for longer than a restart takes is out of date.
const STALE_MS = 240_000

/** Watches kinds and reconciles the keys that their changes affect. */
export class Controller {
  readonly queue: WorkQueue
  readonly #deps: ControllerDeps
  readonly #reflectors = new Map<string, Reflected>()
  readonly #optional = new Map<string, Optional>()
  readonly #options: ControllerOptions

  constructor (deps: ControllerDeps, options: ControllerOptions) {
    const { clock, reconcile, observer } = deps
    const { watched, workers } = options
    this.#deps = deps
    this.#options = options
    this.queue = new WorkQueue({ clock, work: reconcile, ...defined({ observer }) }, { workers })

    for (const [kind, ofKind] of byKind(watched)) {
      this.#reflectors.set(kind, this.#reflect(ofKind))
    }
  }

  /** Whether it watches a kind in a namespace and has listed its objects. */
  isWatched (kind: string, namespace?: string): boolean {
    const reflector = this.#reflectorFor(kind, namespace)

    return reflector !== undefined && (this.#reflectors.has(kind) || (reflector.isSynced && reflector.silentMs < STALE_MS))
  }

  /** The store of a kind. */
  store (kind: string): ObjectStore {
    const found = this.#find(kind)

    if (found === undefined) {
      throw new TypeError(`${kind} is not watched`)
    }

    return found.store
  }

  /** Stores the server's answer to one of our writes, if the kind is watched. */
  remember (object: KubeObject): void {
    this.#reflectorFor(object.kind, object.metadata.namespace)?.remember(object)
  }

  /** Time since the last message from the server on the most silent watch of the required kinds, in milliseconds. */
  get silentMs (): number {
    return Math.max(0, ...this.#lasting().map(({ silentMs }) => silentMs))
  }

  /** State of the watch of each kind, including optional ones. */
  get watches (): WatchState[] {
    return [...this.#reflectors, ...this.#optional].map(([kind, { store, parts }]) => ({
      kind,
      objects: store.size,
      silentMs: Math.max(0, ...parts.map(({ reflector }) => reflector.silentMs))
    }))
  }

  /** Watches until `signal` aborts, and reconciles once everything is listed; then drains. */
  async run (signal: AbortSignal): Promise<void> {
    const reflectors = this.#lasting()
    const reflecting = Promise.all(reflectors.map(async (reflector) => {
      await reflector.run(signal)
    }))

    await Promise.race([Promise.all(reflectors.map(({ synced }) => synced)), reflecting])
    this.#deps.log.info({ kinds: [...this.#reflectors.keys()] }, 'caches filled')
    this.queue.start()
    await Promise.all([reflecting, this.#followOptional(signal)])
    await this.queue.drain()
  }

  #find (kind: string): Reflected | undefined {
    return this.#reflectors.get(kind) ?? this.#optional.get(kind)
  }

  #reflectorFor (kind: string, namespace: string | undefined): Reflector | undefined {
    return this.#find(kind)?.parts.find(part => part.namespace === undefined || part.namespace === namespace)?.reflector
  }

  #lasting (): Reflector[] {
    return [...this.#reflectors.values()].flatMap(({ parts }) => parts.map(({ reflector }) => reflector))
  }

  #reflect (watched: readonly Watched[]): Reflected {
    const { client, clock, log } = this.#deps
    const store = new ObjectStore(watched[0]?.index)
    const parts = watched.map(({ keysOf, ...what }): Part => {
      const onChange = (object: KubeObject): void => {
        keysOf(object).forEach((key) => {
          this.queue.add(key)
        })
      }

      return { namespace: what.namespace, reflector: new Reflector({ client, clock, log, store, onChange }, what) }
    })

    return { store, parts }
  }

  async #followOptional (signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    const { optional } = this.#options

    while (!signal.aborted && optional !== undefined) {
      try {
        await this.#watchNow(await optional(signal), signal)
      } catch (err) {
        if (!isAbort(err) && !isProbeError(err)) {
          throw err
        }
        log.debug({ err }, 'could not find out which optional kinds are served')
      }

      await sleep(clock, ASK_MS, signal).catch(() => undefined) // aborted: the loop ends
    }

    await this.#watchNow([], signal)
  }

  // The served kinds, in the served version.
  async #watchNow (wanted: readonly Watched[], signal: AbortSignal): Promise<void> {
    for (const [kind, { apiVersion, stop, ended }] of this.#optional) {
      if (!wanted.some(what => what.kind.kind === kind && what.kind.apiVersion === apiVersion)) {
        this.#optional.delete(kind)
        stop.abort()
        await ended
      }
    }

    for (const [kind, ofKind] of byKind(wanted.filter(what => !this.#optional.has(what.kind.kind)))) {
      const stop = new AbortController()
      const reflected = this.#reflect(ofKind)
      const life = AbortSignal.any([signal, stop.signal])
      const ended = Promise.all(reflected.parts.map(async ({ reflector }) => {
        await reflector.run(life)
      }))
      this.#optional.set(kind, { ...reflected, apiVersion: ofKind[0]?.kind.apiVersion ?? '', stop, ended })
    }
  }
}

function byKind (watched: readonly Watched[]): [string, readonly Watched[]][] {
  return Object.entries(Object.groupBy(watched, ({ kind: { kind } }) => kind)).map(([kind, ofKind = []]) => [kind, ofKind])
}
