import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaSpec, TopicSpec } from '../../../operator/api/kafka-spec.ts'
import { wrongFields } from './problems.ts'

const strimzi = { cluster: 'events' }
const brokers = ['kafka-0.kafka:9092', '10.0.0.7:9092']

suite('KafkaSpec', () => {
  test('fills in topic, group and client', () => {
    const { topic, consumerGroup, clientId, authentication } = KafkaSpec.parse({ strimzi })

    assert.deepEqual(topic, { name: 'ipfs-nodes', partitions: 3, retention: '168h', neighbours: { partitions: 1, retention: '24h' }, deletionPolicy: 'Retain' })
    assert.deepEqual(topic, TopicSpec.parse(undefined))
    assert.deepEqual({ consumerGroup, clientId, authentication }, { consumerGroup: 'ipfs-node-consumer', clientId: 'ipfs-node-client', authentication: { type: 'none' } })
  })

  test('needs either Strimzi or brokers', () => {
    assert.deepEqual(wrongFields(KafkaSpec, { brokers }), [])
    assert.deepEqual(wrongFields(KafkaSpec, {}), ['(top level)'])
    assert.deepEqual(wrongFields(KafkaSpec, { strimzi, brokers }), ['(top level)'])
  })

  test('accepts certificates and Secrets only where Strimzi does not create them', () => {
    assert.deepEqual(wrongFields(KafkaSpec, { strimzi, tls: {}, authentication: { type: 'tls', secret: 'mine' } }), ['tls', 'authentication.secret'])
    assert.deepEqual(wrongFields(KafkaSpec, { strimzi, authentication: { type: 'tls' } }), [])
    assert.deepEqual(wrongFields(KafkaSpec, { brokers, authentication: { type: 'scram-sha-512' } }), ['authentication.secret'])
    assert.deepEqual(wrongFields(KafkaSpec, { brokers, authentication: { type: 'tls', secret: 'mine' } }), ['tls'])
    assert.deepEqual(wrongFields(KafkaSpec, { brokers, tls: { caSecret: { name: 'ca' } }, authentication: { type: 'tls', secret: 'mine' } }), [])
  })

  test('refuses brokers without a valid port, and topic names that are not object names', () => {
    assert.deepEqual(wrongFields(KafkaSpec, { brokers: ['kafka', 'kafka:0', 'kafka:65536', 'kafka:65535', ':9092', '[fd00::1]:9092', '[fd00::1:9092', 'fd00::1'] }), ['brokers[0]', 'brokers[1]', 'brokers[2]', 'brokers[4]', 'brokers[6]', 'brokers[7]'])
    assert.deepEqual(wrongFields(KafkaSpec, { strimzi, topic: { name: 'IPFS_Nodes', partitions: 0, retention: '1s', neighbours: { partitions: 33, retention: '59m' } } }).sort(), ['topic.name', 'topic.neighbours.partitions', 'topic.neighbours.retention', 'topic.partitions', 'topic.retention'])
  })
})
