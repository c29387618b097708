import { lagAt } from '../../core/bus/port/event-bus.ts'
import type { EventBus, MessageBatch, Subscription } from '../../core/bus/port/event-bus.ts'

/** Which messages are read. */
export interface Backlog {
  topic: string

  /** Group whose committed offsets are the start. */
  group: string

  /** Maximum number of messages in one batch. */
  maxMessages: number
}

/** Handles one batch, and commits through `subscription`. */
export type BacklogHandler = (batch: MessageBatch, subscription: Subscription) => Promise<void>

/**
 * Reads the messages of a topic that a group has not committed, up to the current ends of the partitions: later
 * messages are left for the next call. Resolves when all of them are handled.
 */
export async function readBacklog (bus: EventBus, { topic, group, maxMessages }: Backlog, handle: BacklogHandler, signal: AbortSignal): Promise<void> {
  const positions = await bus.groupPositions(topic, group, signal)
  const open = new Map(positions
    .filter(position => lagAt(position) > 0)
    .map(({ partition, next }) => [partition, next]))

  if (open.size === 0) {
    return
  }

  const finished = Promise.withResolvers<undefined>()
  const joined = Promise.withResolvers<Subscription>()
  await using subscription = await bus.subscribe({ topic, group, maxMessages }, async ({ partition, messages, nextOffset }) => {
    const end = open.get(partition) ?? 0
    const wanted = messages.filter(({ offset }) => offset < end)

    if (wanted.length > 0) {
      await handle({ partition, messages: wanted, nextOffset: Math.min(nextOffset, end) }, await joined.promise)
    }
    if (nextOffset >= end && open.delete(partition) && open.size === 0) {
      finished.resolve(undefined)
    }
  }, signal)
  joined.resolve(subscription)

  await Promise.race([finished.promise, endOf(subscription, signal)])
}

// A subscription ends when it fails or is stopped: in both cases no message follows.
async function endOf ({ ended }: Subscription, signal: AbortSignal): Promise<void> {
  await ended
  signal.throwIfAborted()
}
