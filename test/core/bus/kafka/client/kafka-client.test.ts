import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaClient } from '../../../../../core/bus/kafka/client/kafka-client.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { TempFolder } from '../../../../support/temp-folder.ts'

const log = pino({ level: 'silent' })
const plain = { brokers: ['127.0.0.1:1'], clientId: 'test' }

suite('KafkaClient', () => {
  test('names each file that it cannot read', () => {
    using folder = new TempFolder()
    const there = folder.file('there')
    const gone = folder.file('gone')
    writeFileSync(there, 'x')
    const configs = [
      { tls: { caFile: gone } },
      { sasl: { mechanism: 'plain' as const, username: 'u', passwordFile: gone } },
      { tls: {}, clientCertificate: { certFile: gone, keyFile: there } },
      { tls: {}, clientCertificate: { certFile: there, keyFile: gone } }
    ]

    for (const config of configs) {
      assert.throws(() => new KafkaClient(log, { ...plain, ...config }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(gone))
    }
  })

  test('says what is wrong in the terms of the port, and which broker it asked', () => {
    using client = new KafkaClient(log, { ...plain, brokers: ['a:1', 'b:2'] })
    const made = client.asError(new Error('connection refused'), 'visits')

    assert.ok(isProbeError(made, 'PP_BUS_UNAVAILABLE'))
    assert.match(made.message, /^Kafka at a:1,b:2, topic visits: connection refused/)
  })

  test('tells a group that this user may not use from one whose coordinator is not there', () => {
    using client = new KafkaClient(log, plain)
    const missing = Object.assign(new Error('Failed to find group coordinator'), { name: 'KafkaJSGroupCoordinatorNotFound' })
    assert.ok(isProbeError(client.asError(missing), 'PP_BUS_SETTLING'))
    client.kafka.logger().error('Response GroupCoordinator(key: 10, version: 2)', { error: 'Not authorized to access group: Group authorization failed' })
    const made = client.asError(missing)

    assert.ok(isProbeError(made, 'PP_BUS_FORBIDDEN'))
    assert.match(made.message, /Not authorized to access group/)
    client.kafka.logger().error('Response GroupCoordinator(key: 10, version: 2)', { error: 'The group coordinator is not available' })
    assert.ok(isProbeError(client.asError(missing), 'PP_BUS_SETTLING'))
  })

  test('passes on what the client says to those who listen closely, and no more of it than is known to be no secret', () => {
    const lines: string[] = []
    const listening = pino({ level: 'debug' }, { write: line => lines.push(line) })
    using client = new KafkaClient(listening, plain)
    client.kafka.logger().error('Connection error', { broker: 'a:1', error: 'refused', password: 'sesame' })

    assert.equal(lines.length, 1)
    assert.match(lines[0]!, /Connection error.*a:1.*refused/)
    assert.doesNotMatch(lines[0]!, /sesame/)
  })
})
