// Who else is in a group, by what its coordinator says of the members. kafkajs deals out every topic that the
// group's leader reads to all members, also to those that read another one: with two topics in one group, some
// partitions of both are given to members that ignore them, and nothing reports it.
import kafkajs from 'kafkajs'
import type { GroupMembers } from '../port/event-bus.ts'
import type { KafkaLink } from './kafka-link.ts'
import type { Admin } from 'kafkajs'

interface GroupOnTopic { topic: string, group: string }

/** The members of a group, by the topics that they say they read. @throws what {@link KafkaLink.use} throws */
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

// What a member sends is its own affair: another client's may have another form.
function topicsOf (metadata: Buffer): readonly string[] {
  try {
    return kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? []
  } catch {
    return []
  }
}
