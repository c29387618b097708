import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PeerProbeSpec } from '../../../../operator/api/v1alpha1.ts'
import { topicsFor } from '../../../../operator/model/kafka/topics.ts'

const scans = [{ name: 'main', network: { preset: 'ipfs' } }]

suite('topicsFor', () => {
  test('has the defaults of the topic without spec.kafka', () => {
    const retentionMs = 168 * 3_600_000

    assert.deepEqual(topicsFor(PeerProbeSpec.parse({ scans })), {
      messages: { name: 'ipfs-nodes', partitions: 3, retentionMs },
      deadLetters: { name: 'ipfs-nodes-dead-letters', partitions: 1, retentionMs }
    })
  })

  test('has a topic of routing tables, with settings of its own, where a crawl asks for them', () => {
    const topics = (active: object, kafka?: object): ReturnType<typeof topicsFor> => topicsFor(PeerProbeSpec.parse({
      scans: [...scans, { name: 'map', network: { preset: 'ipfs' }, active: { strategy: 'Topology', ...active } }],
      consumer: { dump: { enabled: true } },
      ...kafka && { kafka: { strimzi: { cluster: 'events' }, topic: kafka } }
    }))

    assert.deepEqual(topics({ neighbours: true }).neighbours, { name: 'ipfs-nodes-neighbours', partitions: 1, retentionMs: 24 * 3_600_000 })
    assert.deepEqual(topics({ neighbours: true }, { name: 'peers', partitions: 6, replicas: 2, neighbours: { partitions: 4, retention: '48h' } }).neighbours, { name: 'peers-neighbours', partitions: 4, replicas: 2, retentionMs: 48 * 3_600_000 })
    assert.equal('neighbours' in topics({}), false)
    assert.equal('neighbours' in topics({ neighbours: true, enabled: false }), false)
  })

  test('has the settings of the topic', () => {
    const kafka = { strimzi: { cluster: 'events' }, topic: { name: 'peers', partitions: 6, retention: '2h' } }

    assert.deepEqual(topicsFor(PeerProbeSpec.parse({ scans, kafka })).messages, { name: 'peers', partitions: 6, retentionMs: 7_200_000 })
  })
})
