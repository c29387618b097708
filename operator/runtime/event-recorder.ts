import { randomUUID } from 'node:crypto'
import { pathOf } from './kube-object.ts'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/logger.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'

const EVENT: KindRef = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true }

// The API refuses notes from 1 kB on.
const MAX_NOTE_BYTES = 1_000
const REPEAT_MS = 600_000
const MAX_KNOWN = 10_000

/** Something that happened to an object. */
export interface EventNote {
  type: 'Normal' | 'Warning'

  /** UpperCamel. */
  reason: string

  /** What was done, UpperCamel. */
  action: string
  note: string
}

/** What a recorder works with. */
export interface EventRecorderDeps {
  client: Pick<KubeClient, 'json'>
  clock: Clock
  log: Logger
}

/** Records events of objects (events.k8s.io/v1). The same event is recorded once in ten minutes: a failure that repeats is one fact. */
export class EventRecorder {
  readonly #deps: EventRecorderDeps
  readonly #controller: { name: string, instance: string }
  readonly #known = new Map<string, number>()

  constructor (deps: EventRecorderDeps, controller: { name: string, instance: string }) {
    this.#deps = deps
    this.#controller = controller
  }

  /** Records an event. A failure to do so is logged and nothing more: events are for people. */
  async record ({ apiVersion, kind, metadata: { namespace = 'default', name, uid } }: KubeObject, event: EventNote, signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#deps
    const key = [uid, event.reason, event.note].join(' ')
    const now = clock.monotonic()

    if (now - (this.#known.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) {
      return
    }

    this.#remember(key, now)

    try {
      await client.json({
        method: 'POST',
        path: pathOf(EVENT, { namespace }),
        body: {
          apiVersion: EVENT.apiVersion,
          kind: EVENT.kind,
          metadata: { namespace, name: `${name}.${randomUUID().slice(0, 13)}` },
          eventTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
          reportingController: this.#controller.name,
          reportingInstance: this.#controller.instance,
          regarding: { apiVersion, kind, namespace, name, uid },
          ...event,
          note: cut(event.note)
        }
      }, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err, reason: event.reason }, 'event not recorded')
    }
  }

  #remember (key: string, now: number): void {
    this.#known.delete(key)
    this.#known.set(key, now)

    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) {
        return
      }
      this.#known.delete(oldest)
    }
  }
}

function cut (text: string): string {
  return Buffer.byteLength(text) <= MAX_NOTE_BYTES ? text : `${Buffer.from(text).subarray(0, MAX_NOTE_BYTES - 8).toString('utf8').replace(/�+$/, '')}…`
}
