// What the tests of the EventBus port share: a bus for one test, messages, and handlers that keep what they get.
import type { EventBus, IncomingMessage, MessageBatch, OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

/** One bus for one test; `another` opens a second connection to it, as another process would. */
export interface BusFixture extends AsyncDisposable {
  bus: EventBus
  another: () => Promise<EventBus>

  /** Disposed before the bus: for subscriptions that live as long as the test. */
  stack: AsyncDisposableStack
}

export const { signal } = new AbortController()
export const spec = { name: 'visits', partitions: 3, retentionMs: 3_600_000 }
export const options = { topic: 'visits', group: 'readers', maxMessages: 100 }

const decoder = new TextDecoder()

export const textOf = (message: Pick<IncomingMessage, 'value'>): string => decoder.decode(message.value)
export const message = (key: string, value: string): OutgoingMessage => ({ key, value: Buffer.from(value), headers: { ce_type: 'test' } })
export const numbered = (count: number, keys = 20): OutgoingMessage[] => Array.from({ length: count }, (_, i) => message(`key-${String(i % keys)}`, String(i)))

/** A handler that keeps what it was given. */
export function collector (): { all: IncomingMessage[], batches: MessageBatch[], handler: (batch: MessageBatch) => Promise<void> } {
  const all: IncomingMessage[] = []
  const batches: MessageBatch[] = []

  return {
    all,
    batches,
    handler: async (batch) => {
      batches.push(batch)
      all.push(...batch.messages)
    }
  }
}
