import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { membersOf, readGroupMembers } from '../../../../core/bus/kafka/kafka-standing.ts'
import { signal } from '../event-bus-fixture.ts'

const { MemberMetadata } = kafkajs.AssignerProtocol
type Link = Parameters<typeof readGroupMembers>[0]

function linkTo (groups: object[]): Link {
  const client = { describeGroups: async () => await Promise.resolve({ groups }) }

  return { use: async (operation: (of: object) => Promise<unknown>) => await operation(client) } as unknown as Link
}

suite('the members of a group', () => {
  test('are counted by the topics that they read', () => {
    assert.deepEqual(membersOf('visits', [['visits'], ['visits', 'more'], ['z', 'a'], ['a']]), { members: 2, others: 2, otherTopics: ['a', 'z'] })
    assert.deepEqual(membersOf('visits', []), { members: 0, others: 0, otherTopics: [] })
  })

  test('are read from what they sent to the coordinator, whatever that was', async () => {
    const members = [
      { memberMetadata: MemberMetadata.encode({ version: 0, topics: ['visits'], userData: Buffer.alloc(0) }) },
      { memberMetadata: MemberMetadata.encode({ version: 3, topics: ['other'], userData: Buffer.alloc(0) }) },
      { memberMetadata: Buffer.alloc(0) },
      { memberMetadata: Buffer.from('ff7fffffff', 'hex') }
    ]

    assert.deepEqual(await readGroupMembers(linkTo([{ members }]), { topic: 'visits', group: 'g' }, signal), { members: 1, others: 3, otherTopics: ['other'] })
    assert.deepEqual(await readGroupMembers(linkTo([]), { topic: 'visits', group: 'g' }, signal), { members: 0, others: 0, otherTopics: [] })
  })
})
