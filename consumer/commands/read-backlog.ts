import { lagAt } from '../../core/bus/port/event-bus.ts'
import type { EventBus, MessageBatch, Subscription } from '../../core/bus/port/event-bus.ts'

/** Which messages are read. */
export interface Backlog {
  topic: string

  /** Group whose committed offsets say where reading starts. */
  group: string

  /** Messages handed out at once, at most. */
  maxMessages: number
}

/** Handles one batch; `subscription` commits what is done. */
export type BacklogHandler = (batch: MessageBatch, subscription: Subscription) => Promise<void>

/**
 * Reads what a group has not done of a topic, up to the ends that the partitions have now: what is
 * published meanwhile is left for the next time. Resolves when all of it was handled.
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

// A subscription that ends by itself has failed or was told to stop: either way nothing more comes.
async function endOf ({ ended }: Subscription, signal: AbortSignal): Promise<void> {
  await ended
  signal.throwIfAborted()
}
