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
}

/** Watches kinds and reconciles the keys that their changes concern. */
export class Controller {
  readonly queue: WorkQueue
  readonly #deps: ControllerDeps
  readonly #reflectors = new Map<string, { reflector: Reflector, store: ObjectStore }>()

  constructor (deps: ControllerDeps, { watched, workers }: ControllerOptions) {
    const { client, clock, log, reconcile, observer } = deps
    this.#deps = deps
    this.queue = new WorkQueue({ clock, work: reconcile, ...observer === undefined ? {} : { observer } }, { workers })

    for (const { index, keysOf, ...what } of watched) {
      const store = new ObjectStore(index)
      const onChange = (object: KubeObject): void => {
        keysOf(object).forEach((key) => {
          this.queue.add(key)
        })
      }
      this.#reflectors.set(what.kind.kind, { store, reflector: new Reflector({ client, clock, log, store, onChange }, what) })
    }
  }

  /** Whether it watches a kind. */
  isWatched (kind: string): boolean {
    return this.#reflectors.has(kind)
  }

  /** What was seen of a kind. */
  store (kind: string): ObjectStore {
    const found = this.#reflectors.get(kind)

    if (found === undefined) {
      throw new TypeError(`${kind} is not watched`)
    }

    return found.store
  }

  /** Takes in what the server answered to a write of ours, where the kind is watched. */
  remember (object: KubeObject): void {
    this.#reflectors.get(object.kind)?.reflector.remember(object)
  }

  /** How long ago the most silent watch heard of the server, in milliseconds. */
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
    await reflecting
    await this.queue.drain()
  }
}
