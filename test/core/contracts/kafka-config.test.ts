import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BrokerAddress } from '../../../core/contracts/kafka/broker-address.ts'
import { KafkaConfig } from '../../../core/contracts/kafka/kafka-config.ts'
import { BusConfig } from '../../../core/contracts/process-config.ts'

const plain = { brokers: ['kafka-0.kafka.svc:9092'], clientId: 'peerprobe' }
const problemsOf = (input: object): string[] => KafkaConfig.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

suite('KafkaConfig', () => {
  test('takes a plain cluster, and one with everything', () => {
    const sasl = { mechanism: 'scram-sha-512', username: 'u', passwordFile: 'p' }

    assert.deepEqual(problemsOf(plain), [])
    assert.deepEqual(problemsOf({ ...plain, tls: { caFile: 'ca' }, sasl, clientCertificate: { certFile: 'c', keyFile: 'k' } }), [])
  })

  test('takes brokers by name, by address, and by IPv6 address in brackets', () => {
    assert.deepEqual(problemsOf({ ...plain, brokers: ['kafka:9092', 'kafka.example.:1', 'kafka_1:9092', '10.0.0.7:9092', '[::1]:9092', '[fd00:12:3::a]:65535', '[2001:db8:0:0:0:0:0:1]:9092'] }), [])
  })

  test('wants brokers as host:port', () => {
    for (const broker of ['kafka', 'kafka:', ':9092', 'http://kafka:9092', '::1:9092', '[::1]', '[::1]:', '[:::1]:9092', '[kafka]:9092', '[::g]:9092', 'fd00::1', 'a b:1', 'kafka:0', 'kafka:65536']) {
      assert.deepEqual(problemsOf({ ...plain, brokers: [broker] }), ['brokers.0: must be host:port, or [address]:port for an IPv6 address'], broker)
    }
    assert.equal(problemsOf({ ...plain, brokers: [] }).length, 1)
  })

  test('wants TLS for a password that is sent as it is', () => {
    const sasl = { mechanism: 'plain', username: 'u', passwordFile: 'p' }

    assert.deepEqual(problemsOf({ ...plain, sasl }), ['tls: is needed for the mechanism plain, which sends the password; or use scram-sha-512'])
    assert.deepEqual(problemsOf({ ...plain, sasl, tls: {} }), [])
    assert.deepEqual(problemsOf({ ...plain, sasl: { ...sasl, mechanism: 'scram-sha-512' } }), [])
  })

  test('wants TLS for a client certificate', () => {
    assert.deepEqual(problemsOf({ ...plain, clientCertificate: { certFile: 'c', keyFile: 'k' } }), ['tls: is needed for a client certificate'])
  })
})

test('a broker\'s address is a host or an IPv6 address with a port, within its length', () => {
  assert.ok(BrokerAddress.safeParse('[::ffff:a00:7]:9092').success)
  assert.ok(!BrokerAddress.safeParse(`${'k'.repeat(260)}:9092`).success)
})

suite('BusConfig', () => {
  test('names exactly one kind', () => {
    const embedded = { path: 'bus.db' }

    const configs = [{ embedded }, { kafka: plain }, {}, { embedded, kafka: plain }]

    assert.deepEqual(configs.map(config => BusConfig.safeParse(config).success), [true, true, false, false])
  })
})
