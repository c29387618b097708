import { lagAt } from '../../core/bus/port/event-bus.ts'
import { printListing } from '../output/listing.ts'
import type { EventBus } from '../../core/bus/port/event-bus.ts'
import type { ConsumerConfig } from '../../core/contracts/process-config.ts'

/** Prints the position of a consumer's group in each partition of its topic. */
export async function printOffsets (bus: EventBus, { topic, group }: Pick<ConsumerConfig, 'topic' | 'group'>, options: { json: boolean }, signal: AbortSignal): Promise<void> {
  const rows = (await bus.groupPositions(topic, group, signal)).map(position => ({ topic, ...position, lag: lagAt(position) }))

  await printListing([rows], {
    columns: ['TOPIC', 'PARTITION', 'OLDEST', 'NEXT', 'COMMITTED', 'LAG'],
    cells: ({ partition, oldest, next, committed, lag }) => [topic, partition, oldest, next, committed, lag]
  }, options, signal)
}
