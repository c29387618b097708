import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import type { EventBus } from '../../core/bus/port/event-bus.ts'

/** A topic of routing tables, and the group that makes files of them. */
interface TablesTopic { topic: string, group: string }

/** A consumer that answers with its status. */
interface AskedConsumer { status (signal: AbortSignal): Promise<{ status: unknown } | undefined> }

/**
 * Whether consumers have read every published routing table. The group's lag does not say so: what was read of a crawl is committed
 * only when the crawl is over.
 */
export async function areTablesRead (bus: Pick<EventBus, 'groupPositions'>, { topic, group }: TablesTopic, consumers: readonly AskedConsumer[], signal: AbortSignal): Promise<boolean> {
  const published = await bus.groupPositions(topic, group, signal)
  const statuses = await Promise.all(consumers.map(async child => ConsumerStatus.safeParse((await child.status(signal))?.status).data))

  return published.every(({ partition, next, committed }) =>
    Math.max(committed ?? 0, ...statuses.map(status => status?.edges?.positions[String(partition)] ?? 0)) >= next)
}
