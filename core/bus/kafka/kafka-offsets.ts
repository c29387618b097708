import { ProbeError } from '../../errors.ts'
import { lagAt } from '../port/event-bus.ts'
import type { GroupPosition, GroupTarget } from '../port/event-bus.ts'
import type { KafkaLink } from './kafka-link.ts'
import type { Admin } from 'kafkajs'

const NOTHING_COMMITTED = -1

// Brokers return `Dead` for a group that does not exist.
const IDLE_STATES: ReadonlySet<string> = new Set(['Empty', 'Dead'])

interface GroupOnTopic { topic: string, group: string }
interface PartitionEnds { partition: number, low: string, high: string }
interface PartitionOffset { partition: number, offset: string }

/** Lag of a group by partition: end offset minus committed offset. */
export async function readGroupLag (admin: KafkaLink<Admin>, { topic, group }: GroupOnTopic, signal: AbortSignal): Promise<Map<number, number>> {
  return await admin.use(async (client) => {
    // End offsets are read last: a lag may be slightly too high, but never negative.
    const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] })

    return lagOf(await client.fetchTopicOffsets(topic), committed?.partitions ?? [])
  }, signal, { topic })
}

/** A group's positions in all partitions of a topic. */
export async function readGroupPositions (admin: KafkaLink<Admin>, { topic, group }: GroupOnTopic, signal: AbortSignal): Promise<GroupPosition[]> {
  return await admin.use(async (client) => {
    const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] })

    return positionsOf(await client.fetchTopicOffsets(topic), committed?.partitions ?? [])
  }, signal, { topic })
}

/** Sets the position of a group. @throws ProbeError `PP_GROUP_ACTIVE` while it has members, and as {@link KafkaLink.use} */
export async function resetGroupOffsets (admin: KafkaLink<Admin>, { topic, group }: GroupOnTopic, target: GroupTarget, signal: AbortSignal): Promise<void> {
  await admin.use(async (client) => {
    const state = (await client.describeGroups([group])).groups[0]?.state

    if (state !== undefined && !IDLE_STATES.has(state)) {
      throw new ProbeError('PP_GROUP_ACTIVE', `the group ${group} is being read (${state}): stop its consumers first`, { details: { group } })
    }

    const ends = await client.fetchTopicOffsets(topic)
    const found = typeof target === 'string' ? new Map<number, string>() : await offsetsAt(client, topic, target.atMs)
    const partitions = ends.map(({ partition, low, high }) => ({ partition, offset: target === 'earliest' ? low : found.get(partition) ?? high }))

    await client.setOffsets({ groupId: group, topic, partitions })
  }, signal, { topic })
}

async function offsetsAt (client: Admin, topic: string, atMs: number): Promise<Map<number, string>> {
  const found = await client.fetchTopicOffsetsByTimestamp(topic, atMs)

  // -1: no message was published since that time.
  return new Map(found.filter(({ offset }) => Number(offset) >= 0).map(({ partition, offset }) => [partition, offset]))
}

/** Combines the offsets of a topic and of a group. A committed offset of -1 means that nothing was committed. */
export function positionsOf (ends: readonly PartitionEnds[], committed: readonly PartitionOffset[]): GroupPosition[] {
  const offsets = new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]))

  return ends.toSorted((a, b) => a.partition - b.partition).map(({ partition, low, high }) => {
    const offset = offsets.get(partition) ?? NOTHING_COMMITTED

    return { partition, oldest: Number(low), next: Number(high), committed: offset === NOTHING_COMMITTED ? null : offset }
  })
}

/**
 * Computes the lag. A partition without a committed offset, or with one outside the log (after retention, or of a
 * recreated topic), is read from its oldest message.
 */
export function lagOf (ends: readonly PartitionEnds[], committed: readonly PartitionOffset[]): Map<number, number> {
  return new Map(positionsOf(ends, committed).map(position => [position.partition, Math.max(0, lagAt(position))]))
}
