import { randomUUID } from 'node:crypto'
import { pathOf } from './kube-object.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'

const EVENT: KindRef = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true }

// The API refuses notes from 1 kB on.
const MAX_NOTE_BYTES = 1_000
const REPEAT_MS = 600_000
const MAX_KNOWN = 10_000

// Of one object in that time. A cause whose words change all the time would fill the API server.
const MAX_EVENTS = 25

/** Something that happened to an object. */
export interface EventNote {
  type: 'Normal' | 'Warning'

  /** UpperCamel. */
  reason: string

  /** What was done, UpperCamel. */
  action: string
  note: string

  /** Whether all is well again: what was said of the object before is news when it is said again. */
  endsTrouble?: boolean
}

// What was said of one object.
interface Said { sinceMs: number, count: number, last: string, at: Map<string, number> }

export interface EventRecorderDeps {
  client: Pick<KubeClient, 'json'>
  clock: Clock
  log: Logger
}

/**
 * Records events of objects (events.k8s.io/v1). The same event is recorded once in ten minutes, since a failure that repeats
 * is one fact, unless all was well in between; and of one object 25 in that time.
 */
export class EventRecorder {
  readonly #deps: EventRecorderDeps
  readonly #controller: { name: string, instance: string }
  readonly #said = new Map<string, Said>()

  constructor (deps: EventRecorderDeps, controller: { name: string, instance: string }) {
    this.#deps = deps
    this.#controller = controller
  }

  /** Records an event. A failure to do so is logged and nothing more: events are for people. */
  async record ({ apiVersion, kind, metadata: { namespace = 'default', name, uid = '' } }: KubeObject, event: EventNote, signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#deps
    const { type, reason, action, note } = event

    if (!this.#isNews(uid, event)) {
      return
    }

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
          type,
          reason,
          action,
          note: cut(note)
        }
      }, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err, reason }, 'event not recorded')
    }
  }

  #isNews (uid: string, { reason, note, endsTrouble = false }: EventNote): boolean {
    const now = this.#deps.clock.monotonic()
    const before = this.#said.get(uid)
    const at = recent(before, now)
    const { sinceMs, count } = before === undefined || now - before.sinceMs >= REPEAT_MS ? { sinceMs: now, count: 0 } : before
    const key = `${reason} ${note}`
    const isKnown = at.has(key) && (!endsTrouble || before?.last === key)

    if (count >= MAX_EVENTS || isKnown) {
      return false
    }

    this.#remember(uid, { sinceMs, count: count + 1, last: key, at: (endsTrouble ? new Map<string, number>() : at).set(key, now) })
    return true
  }

  #remember (uid: string, said: Said): void {
    this.#said.delete(uid)
    this.#said.set(uid, said)

    for (const oldest of this.#said.keys()) {
      if (this.#said.size <= MAX_KNOWN) {
        return
      }
      this.#said.delete(oldest)
    }
  }
}

function recent (said: Said | undefined, now: number): Said['at'] {
  return new Map([...said?.at ?? []].filter(([, atMs]) => now - atMs < REPEAT_MS))
}

function cut (text: string): string {
  return Buffer.byteLength(text) <= MAX_NOTE_BYTES ? text : `${Buffer.from(text).subarray(0, MAX_NOTE_BYTES - 8).toString('utf8').replace(/�+$/, '')}…`
}
