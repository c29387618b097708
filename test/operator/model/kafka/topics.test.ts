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

  test('has the settings of the topic', () => {
    const kafka = { strimzi: { cluster: 'events' }, topic: { name: 'peers', partitions: 6, retention: '2h' } }

    assert.deepEqual(topicsFor(PeerProbeSpec.parse({ scans, kafka })).messages, { name: 'peers', partitions: 6, retentionMs: 7_200_000 })
  })
})
