import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { brokerKeys, hostKey, splitServer, strimziKey } from '../../../../operator/reconcile/claims/server-address.ts'

suite('addresses of servers', () => {
  test('are split at the port, with IPv6 addresses in brackets', () => {
    assert.deepEqual(['kafka:9092', '[fd00::1]:9092', '10.0.0.1:9', 'kafka'].map(splitServer), [
      { host: 'kafka', port: '9092' },
      { host: 'fd00::1', port: '9092' },
      { host: '10.0.0.1', port: '9' },
      { host: 'kafka', port: '' }
    ])
  })

  test('of one Service are equal, whichever form of its name is used', () => {
    for (const host of ['db', 'DB', 'db.lab', 'db.lab.svc', 'db.lab.svc.cluster.local', 'db.lab.svc.cluster.local.']) {
      assert.equal(hostKey(host, 'lab'), 'db.lab.svc', host)
    }
    assert.equal(hostKey('db', 'other'), 'db.other.svc')
    assert.deepEqual(['db.example.com', 'DB.example.com.'].map(host => hostKey(host, 'lab')), ['db.example.com', 'db.example.com'])
    assert.equal(hostKey('0:0::1', 'lab'), hostKey('::1', 'lab'))
    assert.equal(hostKey('[2001:DB8::A]', 'lab'), hostKey('2001:db8::a', 'lab'))
  })

  test('of brokers mean a Service, whichever port and pod, and the Strimzi Kafka behind it', () => {
    const strimzi = strimziKey('kafka', 'events')

    for (const server of [
      'events-kafka-bootstrap.kafka.svc:9092',
      'events-kafka-bootstrap.kafka:9093',
      'events-kafka-bootstrap.kafka.svc.cluster.local:9094',
      'events-kafka-external-bootstrap.kafka.svc:9094',
      'events-broker-0.events-kafka-brokers.kafka.svc:9093',
      'events-broker-0.events-kafka-brokers.kafka:9093'
    ]) {
      assert.ok(brokerKeys(server, 'lab').includes(strimzi), server)
    }
    assert.ok(brokerKeys('events-kafka-bootstrap:9092', 'kafka').includes(strimzi))
    assert.ok(brokerKeys('events-broker-0.events-kafka-brokers:9092', 'kafka').includes(strimzi))
    assert.ok(!brokerKeys('events-kafka-bootstrap:9092', 'lab').includes(strimzi))
    assert.deepEqual(brokerKeys('kafka-0.kafka-headless.lab.svc:9092', 'lab'), brokerKeys('kafka-1.kafka-headless.lab.svc:9093', 'x'))
  })

  test('of external hosts differ by host and port', () => {
    const keys = ['10.0.0.1:9092', '10.0.0.1:9093', '[::1]:9092', 'b1.example.com:9092', 'b2.example.com:9092', 'localhost:9092', 'localhost:9093'].map(server => brokerKeys(server, 'lab').join())

    assert.equal(new Set(keys).size, keys.length)
    assert.deepEqual(brokerKeys('B1.example.com.:9092', 'lab'), brokerKeys('b1.example.com:9092', 'other'))
    assert.deepEqual(brokerKeys('[0:0::1]:9092', 'lab'), brokerKeys('[::1]:9092', 'lab'))
  })
})
