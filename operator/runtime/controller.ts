import { waitOn } from '../../core/clock-wait.ts'
import { isProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/signals.ts'
import { ObjectStore } from './object-store.ts'
import { Reflector } from './reflector.ts'
import { WorkQueue } from './work-queue.ts'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/logger.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'
import type { QueueObserver, Result } from './work-queue.ts'

/** A kind that a controller watches. */
export interface Watched {
  kind: KindRef
  namespace?: string | undefined
  labelSelector?: string | undefined

  /** Label whose values the store is indexed by. */
  index?: string

  metadataOnly?: boolean

  /** Drops what nobody reads, to save memory. */
  trim?: (object: KubeObject) => KubeObject

  /** Which keys a change of an object concerns. */
  keysOf: (object: KubeObject) => readonly string[]
}

/** What a controller works with. */
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

  /** Kinds that a cluster may lack or lose, as it serves them now: they are watched beside the others while they are there. */
  optional?: (signal: AbortSignal) => Promise<readonly Watched[]>
}

interface Reflected { reflector: Reflector, store: ObjectStore, namespace: string | undefined }

interface Optional extends Reflected { apiVersion: string, stop: AbortController, ended: Promise<void> }

// How often is asked which optional kinds are served.
const ASK_MS = 10_000

// A watch says something each minute: one that was silent for longer than it takes to begin again knows nothing any more.
const STALE_MS = 240_000

/** Watches kinds and reconciles the keys that their changes concern. */
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
    this.queue = new WorkQueue({ clock, work: reconcile, ...observer === undefined ? {} : { observer } }, { workers })

    for (const what of watched) {
      this.#reflectors.set(what.kind.kind, this.#reflect(what))
    }
  }

  /** Whether it watches a kind in a namespace, and knows what is there. */
  isWatched (kind: string, namespace?: string): boolean {
    const found = this.#find(kind)
    const covers = found !== undefined && (found.namespace === undefined || found.namespace === namespace)

    return covers && (this.#reflectors.has(kind) || (found.reflector.isSynced && found.reflector.silentMs < STALE_MS))
  }

  /** What was seen of a kind. */
  store (kind: string): ObjectStore {
    const found = this.#find(kind)

    if (found === undefined) {
      throw new TypeError(`${kind} is not watched`)
    }

    return found.store
  }

  /** Takes in what the server answered to a write of ours, where the kind is watched. */
  remember (object: KubeObject): void {
    this.#find(object.kind)?.reflector.remember(object)
  }

  /** How long ago the most silent watch heard of the server, in milliseconds; of kinds that are always there. */
  get silentMs (): number {
    return Math.max(0, ...[...this.#reflectors.values()].map(({ reflector }) => reflector.silentMs))
  }

  /** Reflects until `signal` aborts, and works once everything was listed; then drains. */
  async run (signal: AbortSignal): Promise<void> {
    const reflectors = [...this.#reflectors.values()].map(({ reflector }) => reflector)
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

  #reflect ({ index, keysOf, ...what }: Watched): Reflected {
    const { client, clock, log } = this.#deps
    const store = new ObjectStore(index)
    const onChange = (object: KubeObject): void => {
      keysOf(object).forEach((key) => {
        this.queue.add(key)
      })
    }

    return { store, namespace: what.namespace, reflector: new Reflector({ client, clock, log, store, onChange }, what) }
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
        log.debug({ err }, 'which optional kinds are served is not known')
      }

      await waitOn(clock, ASK_MS, signal).catch(() => undefined) // aborted: the loop ends
    }

    await this.#watchNow([], signal)
  }

  // Those that are served, in the version that is served.
  async #watchNow (wanted: readonly Watched[], signal: AbortSignal): Promise<void> {
    for (const [kind, { apiVersion, stop, ended }] of this.#optional) {
      if (!wanted.some(what => what.kind.kind === kind && what.kind.apiVersion === apiVersion)) {
        this.#optional.delete(kind)
        stop.abort()
        await ended
      }
    }

    for (const what of wanted.filter(({ kind: { kind } }) => !this.#optional.has(kind))) {
      const stop = new AbortController()
      const reflected = this.#reflect(what)
      const ended = reflected.reflector.run(AbortSignal.any([signal, stop.signal]))
      this.#optional.set(what.kind.kind, { ...reflected, apiVersion: what.kind.apiVersion, stop, ended })
    }
  }
}
