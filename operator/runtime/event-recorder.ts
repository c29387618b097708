import { randomUUID } from 'node:crypto'
import { pathOf } from './kube-object.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'

const EVENT: KindRef = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true }

// The API refuses notes of 1 kB and more.
const MAX_NOTE_BYTES = 1_000
const REPEAT_MS = 600_000
const MAX_KNOWN = 10_000

// Events of one object in that time. A cause with an ever-changing message would otherwise flood the API server.
const MAX_EVENTS = 25

/** An event about an object. */
export interface EventNote {
  type: 'Normal' | 'Warning'

  /** UpperCamelCase. */
  reason: string

  /** The action, UpperCamelCase. */
  action: string
  note: string

  /** Whether all is well again: an earlier event of the object counts as new when it is repeated. */
  endsTrouble?: boolean
}

// Recent events of one object.
interface Said { sinceMs: number, count: number, last: string, at: Map<string, number> }

export interface EventRecorderDeps {
  client: Pick<KubeClient, 'json'>
  clock: Clock
  log: Logger
}

/**
 * Records events of objects (events.k8s.io/v1). The same event is recorded once in ten minutes, since a repeated failure is
 * one fact, unless all was well in between. One object gets at most 25 events in that time.
 */
export class EventRecorder {
  readonly #deps: EventRecorderDeps
  readonly #controller: { name: string, instance: string }
  readonly #said = new Map<string, Said>()

  constructor (deps: EventRecorderDeps, controller: { name: string, instance: string }) {
    this.#deps = deps
    this.#controller = controller
  }

  /** Records an event. A failure to record it is only logged: events are for people. */
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
