import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaTopics } from '../../../../core/bus/kafka/kafka-topics.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { signal } from '../event-bus-fixture.ts'
import type { KafkaLink } from '../../../../core/bus/kafka/kafka-link.ts'
import type { Admin } from 'kafkajs'

interface Rig { topics: KafkaTopics, clock: FakeClock, counts: Map<string, number>, calls: string[] }

/** A cluster whose topics are a map from name to number of partitions. */
function rig (): Rig {
  const counts = new Map<string, number>()
  const calls: string[] = []
  const admin = {
    fetchTopicMetadata: async ({ topics: [name = ''] }: { topics: string[] }) => {
      calls.push('metadata')
      if (!counts.has(name)) {
        throw Object.assign(new Error('unknown'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
      }
      return { topics: [{ name, partitions: Array.from({ length: counts.get(name)! }, (_, partitionId) => ({ partitionId })) }] }
    },
    createTopics: async ({ topics: [topic] }: Parameters<Admin['createTopics']>[0]) => {
      calls.push(`create ${JSON.stringify(topic)}`)
      counts.set(topic!.topic, topic!.numPartitions ?? -1)
    },
    createPartitions: async ({ topicPartitions: [grown] }: Parameters<Admin['createPartitions']>[0]) => {
      calls.push(`grow ${String(grown!.count)}`)
      counts.set(grown!.topic, grown!.count)
    },
    fetchTopicOffsets: async () => {
      calls.push('offsets')
    }
  }
  const link = { use: async (operation: (of: typeof admin) => Promise<unknown>) => await operation(admin) } as unknown as KafkaLink<Admin>
  const clock = new FakeClock()

  return { topics: new KafkaTopics({ admin: link, clock }), clock, counts, calls }
}

suite('KafkaTopics', () => {
  test('asks for the number of partitions once a minute, and again after a reset', async () => {
    const { topics, clock, counts, calls } = rig()
    counts.set('visits', 3)
    assert.equal(await topics.partitionsOf('visits', signal), 3)
    counts.set('visits', 6)
    assert.equal(await topics.partitionsOf('visits', signal), 3)
    assert.equal(calls.length, 1)
    await clock.advance(60_000)
    assert.equal(await topics.partitionsOf('visits', signal), 6)
    counts.set('visits', 9)
    topics.forget('visits')
    assert.equal(await topics.partitionsOf('visits', signal), 9)
  })

  test('says of a missing topic that it is missing, each time', async () => {
    const { topics } = rig()

    for (let i = 0; i < 2; i++) {
      await assert.rejects(topics.partitionsOf('visits', signal), err => isProbeError(err, 'PP_TOPIC_MISSING') && err.message.includes('visits'))
    }
  })

  test('creates a missing topic with the brokers\' replicas and the retention asked for, and waits until its leaders answer', async () => {
    const { topics, calls } = rig()
    await topics.ensure({ name: 'visits', partitions: 3, retentionMs: 1_000 }, signal)

    assert.deepEqual(calls, [
      'metadata',
      'create {"topic":"visits","numPartitions":3,"replicationFactor":-1,"configEntries":[{"name":"retention.ms","value":"1000"}]}',
      'metadata',
      'offsets'
    ])
  })

  test('makes as many replicas as asked for', async () => {
    const { topics, calls } = rig()
    await topics.ensure({ name: 'visits', partitions: 3, replicas: 2, retentionMs: 1_000 }, signal)

    assert.match(calls[1] ?? '', /"replicationFactor":2/)
  })

  test('adds partitions, never takes one away, and leaves a topic that is large enough alone', async () => {
    const { topics, counts, calls } = rig()
    counts.set('visits', 2)
    await topics.ensure({ name: 'visits', partitions: 4, retentionMs: 1_000 }, signal)
    await topics.ensure({ name: 'visits', partitions: 4, retentionMs: 1_000 }, signal)
    await topics.ensure({ name: 'visits', partitions: 1, retentionMs: 1_000 }, signal)

    assert.deepEqual(calls, ['metadata', 'grow 4', 'metadata', 'offsets', 'metadata', 'metadata'])
  })
})
