// Notices changes of objects that may be read by name but not watched: the right to list or watch Secrets would allow
// reading all of them. The metadata of each object is read in turn. A round takes some seconds, or longer with very
// many objects.
import { sleep } from '../../core/time/sleep.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject, ObjectKey } from './kube-object.ts'

/** An object as its owner last saw it. */
export interface Sighted extends ObjectKey {
  /** Its resourceVersion; null if it does not exist; undefined if it exists and its version is not known. */
  version: string | null | undefined
}

/** An object as the poller read it. */
export function sighted ({ namespace, name }: ObjectKey, object: KubeObject | undefined): Sighted {
  return { namespace, name, version: object === undefined ? null : object.metadata.resourceVersion }
}

export interface SecretPollerDeps {
  client: Pick<KubeClient, 'getMetadata'>
  clock: Clock
  log: Logger

  /** Called with the owner of an object that changed, appeared or disappeared. */
  onChange: (owner: string) => void
}

/** Minimum time of a round, in milliseconds. */
export const LAP_MS = 3_000

/** Minimum time between two reads, in milliseconds: at most 25 a second. */
export const LOOK_MS = 40

/** Notices changes of objects that are not watched. */
export class SecretPoller {
  readonly #deps: SecretPollerDeps
  readonly #kind: KindRef
  readonly #sighted = new Map<string, Sighted[]>()

  constructor (deps: SecretPollerDeps, kind: KindRef) {
    this.#deps = deps
    this.#kind = kind
  }

  /** Number of polled objects. */
  get size (): number {
    return [...this.#sighted.values()].reduce((sum, objects) => sum + objects.length, 0)
  }

  /** Replaces the objects of an owner by what it last saw; empty when the owner is gone. */
  note (owner: string, objects: readonly Sighted[]): void {
    if (objects.length === 0) {
      this.#sighted.delete(owner)
    } else {
      this.#sighted.set(owner, objects.map(object => ({ ...object })))
    }
  }

  /** Polls until `signal` aborts. */
  async run (signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps

    try {
      for (;;) {
        const sinceMs = clock.monotonic()
        await this.#lap(signal)
        await sleep(clock, Math.max(LOOK_MS, LAP_MS - (clock.monotonic() - sinceMs)), signal)
      }
    } catch (err) {
      if (!signal.aborted) {
        throw err
      }
    }
  }

  async #lap (signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    const all = [...this.#sighted].flatMap(([owner, objects]) => objects.map(object => ({ owner, object })))
    const failures: unknown[] = []

    for (const { owner, object } of all) {
      try {
        await this.#look(owner, object, signal)
      } catch (err) {
        signal.throwIfAborted()
        failures.push(err)
      }

      await sleep(clock, LOOK_MS, signal)
    }

    // Once a round: if the server is unreachable, all reads fail alike.
    if (failures.length > 0) {
      log.warn({ err: failures[0], kind: this.#kind.kind, failures: failures.length, objects: all.length }, 'objects could not be read, retrying')
    }
  }

  // Reported once: the new state is then taken as known, until the owner reports what it saw.
  async #look (owner: string, object: Sighted, signal: AbortSignal): Promise<void> {
    const found = await this.#deps.client.getMetadata(this.#kind, object, signal)
    const { version } = sighted(object, found)
    const isChanged = object.version === undefined ? version === null : version !== object.version
    object.version = version

    if (isChanged && this.#sighted.get(owner)?.includes(object) === true) {
      this.#deps.onChange(owner)
    }
  }
}
