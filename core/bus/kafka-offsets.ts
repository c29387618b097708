import type { KafkaLink } from './kafka-link.ts'
import type { Admin } from 'kafkajs'

interface GroupOnTopic { topic: string, group: string }
interface PartitionEnds { partition: number, low: string, high: string }
interface PartitionOffset { partition: number, offset: string }

/** Messages that a group has not committed, by partition: what each one's end offset is ahead of the committed one. */
export async function readGroupLag (admin: KafkaLink<Admin>, { topic, group }: GroupOnTopic, signal: AbortSignal): Promise<Map<number, number>> {
  return await admin.use(async (client) => {
    // End offsets last: a lag may be a moment's work too high, and never negative.
    const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] })

    return lagOf(await client.fetchTopicOffsets(topic), committed?.partitions ?? [])
  }, signal, { topic })
}

/** The arithmetic of it. A partition without a committed offset, or with one that retention has passed, is read from its oldest message. */
export function lagOf (ends: readonly PartitionEnds[], committed: readonly PartitionOffset[]): Map<number, number> {
  const offsets = new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]))

  return new Map(ends
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, low, high }) => [partition, Math.max(0, Number(high) - Math.max(Number(low), offsets.get(partition) ?? 0))]))
}
