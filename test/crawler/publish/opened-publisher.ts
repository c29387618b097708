import assert from 'node:assert/strict'
import { ProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { Publisher } from '../../../crawler/publish/publisher.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { EventBus, OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

/** A signal that never aborts. */
export const never = new AbortController().signal
/** The error of a bus that is temporarily unavailable. */
export const unavailable = new ProbeError('PP_BUS_UNAVAILABLE', 'away')
/** A message of a given size. */
export const message = (key: string | number, bytes = 10): OutgoingMessage => ({ key: String(key), value: new Uint8Array(bytes), headers: {} })

interface LogLine { level: string, msg: string, messages?: number, lost?: unknown }

/** An in-memory bus that can be made unavailable. */
export class FakeBus implements Pick<EventBus, 'publish'> {
  readonly batches: string[][] = []
  attempts = 0
  failure: ProbeError | undefined
  hold: Promise<void> | undefined

  /** The error that it throws once for a batch whose other messages it stores. */
  refusal: ProbeError | undefined

  async publish (_topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    this.attempts++

    if (this.failure !== undefined) {
      throw this.failure
    }
    if (this.hold !== undefined) {
      const { promise, reject } = Promise.withResolvers<undefined>()
      signal.addEventListener('abort', () => {
        reject(signal.reason)
      })
      await Promise.race([this.hold, promise])
    }

    const { refusal } = this
    this.refusal = undefined
    if (refusal !== undefined) {
      throw refusal
    }
    this.batches.push(messages.map(({ key }) => key))
  }
}

/** A publisher with its bus and clock. */
export interface Setting { bus: FakeBus, clock: FakeClock, publisher: Publisher, lines: LogLine[] }

/** Opens a publisher on a bus that works. */
export function open (flushTimeoutMs = 5_000): Setting {
  const bus = new FakeBus()
  const clock = new FakeClock()
  const lines: LogLine[] = []
  const log = createLogger({ level: 'info' }, { write: line => void lines.push(JSON.parse(line) as LogLine) })

  return { bus, clock, lines, publisher: Publisher.open({ bus, clock, log }, { topic: 'visits', flushTimeoutMs }) }
}

/** Disposes of a publisher, which must leave no timer. */
export async function close ({ clock, publisher }: Setting): Promise<void> {
  await clock.runUntil(publisher[Symbol.asyncDispose]())
  assert.equal(clock.pending, 0)
}

/** Accepts messages with the keys 0, 1, 2… */
export function accept (publisher: Publisher, count: number, bytes?: number): void {
  for (let n = 0; n < count; n++) {
    publisher.accept(message(n, bytes))
  }
}
