import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { chosenPartition, fromKafkaMessage, runsOf, toKafkaMessage } from '../../../../core/bus/kafka/kafka-message.ts'
import { partitionOf } from '../../../../core/bus/port/partition-of.ts'
import type { KafkaMessage } from 'kafkajs'

const incoming = (fields: object): KafkaMessage => {
  return { key: Buffer.from('k'), value: Buffer.from('v'), timestamp: '1700000000123', attributes: 0, offset: '7', headers: {}, ...fields }
}

suite('messages for Kafka', () => {
  test('carry the partition of their key, the time and the same bytes', () => {
    const bytes = new Uint8Array([0, 1, 2, 3, 255]).subarray(1, 5)
    const { partition, value, timestamp, headers, key } = toKafkaMessage({ key: 'peer', value: bytes, headers: { ce_id: 'x' } }, 12, 1_700_000_000_123)

    assert.equal(partition, partitionOf('peer', 12))
    assert.deepEqual(Array.from(new Uint8Array(value)), [1, 2, 3, 255])
    assert.deepEqual({ key, headers, timestamp }, { key: 'peer', headers: { ce_id: 'x' }, timestamp: '1700000000123' })
  })

  test('go where we say, and nowhere without a partition', () => {
    assert.equal(chosenPartition({ message: { value: 'x', partition: 3 } }), 3)
    assert.throws(() => chosenPartition({ message: { value: 'x' } }), TypeError)
  })

  test('come back as the port has them', () => {
    const message = fromKafkaMessage(incoming({ headers: { one: Buffer.from('ü'), many: [Buffer.from('a'), 'b'], none: undefined } }), 4)

    assert.deepEqual(message, { partition: 4, offset: 7, key: 'k', value: Buffer.from('v'), headers: { one: 'ü', many: 'b', none: '' }, timestampMs: 1_700_000_000_123 })
  })

  test('may lack key, value and headers, and hold hostile names', () => {
    const { key, value, headers } = fromKafkaMessage(incoming({ key: null, value: null, headers: undefined }), 0)
    const hostile = fromKafkaMessage(incoming({ headers: JSON.parse('{"__proto__": "x"}') as object }), 0)

    assert.deepEqual({ key, size: value.byteLength, headers }, { key: '', size: 0, headers: {} })
    assert.deepEqual(Object.entries(hostile.headers), [['__proto__', 'x']])
  })
})

suite('runsOf', () => {
  test('keeps all messages in order, and each run below its size unless one message alone is larger', () => {
    fc.assert(fc.property(fc.array(fc.nat(400), { maxLength: 50 }), (sizes) => {
      const messages = sizes.map(size => ({ key: '', value: new Uint8Array(size), headers: {} }))
      const runs = runsOf(messages, 300)

      assert.deepEqual(runs.flat(), messages)
      for (const run of runs) {
        assert.ok(run.length === 1 || run.reduce((sum, { value }) => sum + value.length, 0) <= 300)
      }
    }))
  })

  test('counts keys and headers', () => {
    const messages = Array.from({ length: 3 }, () => ({ key: 'k'.repeat(50), value: new Uint8Array(1), headers: { h: 'x'.repeat(60) } }))

    assert.deepEqual(runsOf(messages, 200).map(run => run.length), [1, 1, 1])
  })
})
