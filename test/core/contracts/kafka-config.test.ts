import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaConfig } from '../../../core/contracts/kafka-config.ts'
import { BusConfig } from '../../../core/contracts/process-config.ts'

const plain = { brokers: ['kafka-0.kafka.svc:9092'], clientId: 'peerprobe' }
const problemsOf = (input: object): string[] => KafkaConfig.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

suite('KafkaConfig', () => {
  test('takes a plain cluster, and one with everything', () => {
    const sasl = { mechanism: 'scram-sha-512', username: 'u', passwordFile: 'p' }

    assert.deepEqual(problemsOf(plain), [])
    assert.deepEqual(problemsOf({ ...plain, tls: { caFile: 'ca' }, sasl, clientCertificate: { certFile: 'c', keyFile: 'k' } }), [])
  })

  test('wants brokers as host:port', () => {
    for (const broker of ['kafka', 'kafka:', ':9092', 'http://kafka:9092', '[::1]:9092', 'a b:1']) {
      assert.deepEqual(problemsOf({ ...plain, brokers: [broker] }), ['brokers.0: must be host:port'])
    }
    assert.equal(problemsOf({ ...plain, brokers: [] }).length, 1)
  })

  test('wants TLS for a client certificate', () => {
    assert.deepEqual(problemsOf({ ...plain, clientCertificate: { certFile: 'c', keyFile: 'k' } }), ['tls: is needed for a client certificate'])
  })
})

suite('BusConfig', () => {
  test('names exactly one kind', () => {
    const embedded = { path: 'bus.db' }

    const configs = [{ embedded }, { kafka: plain }, {}, { embedded, kafka: plain }]

    assert.deepEqual(configs.map(config => BusConfig.safeParse(config).success), [true, true, false, false])
  })
})
