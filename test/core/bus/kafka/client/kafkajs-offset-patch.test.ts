import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { patchOffsets } from '../../../../../core/bus/kafka/client/kafkajs-offset-patch.ts'
import { defined } from '../../../../../core/defined.ts'

interface Broker { listOffsets: (request: { isolationLevel: number }) => Promise<{ responses: object[] }> }
interface Cluster { isolationLevel?: number, findBroker: () => Promise<Broker>, fetchTopicsOffset: (topics: object[]) => Promise<unknown> }

const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster') as { prototype: Cluster }

test('a client without an isolation level asks for the end of committed messages, one with a level keeps it', async () => {
  patchOffsets()
  patchOffsets()
  const asked: number[] = []

  for (const isolationLevel of [undefined, 0, 1]) {
    const cluster = Object.assign(Object.create(prototype) as Cluster, {
      ...defined({ isolationLevel }),
      addMultipleTargetTopics: async () => undefined,
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
      findLeaderForPartitions: () => ({ 1: [0] }),
      findBroker: async () => ({
        listOffsets: async (request: { isolationLevel: number }) => {
          asked.push(request.isolationLevel)
          return { responses: [{ topic: 'visits', partitions: [{ partition: 0, offset: '7' }] }] }
        }
      })
    })

    assert.deepEqual(await cluster.fetchTopicsOffset([{ topic: 'visits', fromBeginning: false, partitions: [{ partition: 0 }] }]), [{ topic: 'visits', partitions: [{ partition: 0, offset: '7' }] }])
  }

  assert.deepEqual(asked, [1, 0, 1])
})
