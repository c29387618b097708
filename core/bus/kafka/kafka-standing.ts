// The other members of a group, from its coordinator. kafkajs assigns every topic that the group's leader reads to all
// members, including those that read another topic: with two topics in one group, some partitions of both are assigned
// to members that ignore them, without an error.
import kafkajs from 'kafkajs'
import type { GroupMembers } from '../port/event-bus.ts'
import type { KafkaLink } from './kafka-link.ts'
import type { Admin } from 'kafkajs'

interface GroupOnTopic { topic: string, group: string }

/** The members of a group, with the topics that they subscribe to. @throws as {@link KafkaLink.use} */
export async function readGroupMembers (admin: KafkaLink<Admin>, { topic, group }: GroupOnTopic, signal: AbortSignal): Promise<GroupMembers> {
  return await admin.use(async (client) => {
    const members = (await client.describeGroups([group])).groups[0]?.members ?? []

    return membersOf(topic, members.map(({ memberMetadata }) => topicsOf(memberMetadata)))
  }, signal, { topic })
}

/** Counts the members of a topic, and collects the topics of those that do not read it. */
export function membersOf (topic: string, topics: readonly (readonly string[])[]): GroupMembers {
  const others = topics.filter(each => !each.includes(topic))

  return { members: topics.length - others.length, others: others.length, otherTopics: [...new Set(others.flat())].toSorted() }
}

// Each client chooses the format of its metadata: that of another client may be different.
function topicsOf (metadata: Buffer): readonly string[] {
  try {
    return kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? []
  } catch {
    return []
  }
}
