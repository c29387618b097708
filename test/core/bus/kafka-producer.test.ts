import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaProducer } from '../../../core/bus/kafka-producer.ts'
import { isProbeError } from '../../../core/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { numbered, signal } from './event-bus-fixture.ts'
import type { KafkaProducerDeps } from '../../../core/bus/kafka-producer.ts'
import type { ProducerRecord } from 'kafkajs'

interface Rig { producer: KafkaProducer, sends: ProducerRecord[], forgotten: string[] }

/** A producer whose cluster answers each send with the partitions that `store` makes of the ones that were sent to. */
function rig (store: (partitions: number[], send: number) => number[]): Rig {
  const sends: ProducerRecord[] = []
  const forgotten: string[] = []
  const client = {
    send: async (record: ProducerRecord) => {
      sends.push(record)
      const sentTo = [...new Set(record.messages.map(({ partition }) => partition!))]
      return store(sentTo, sends.length).map(partition => ({ topicName: record.topic, partition, errorCode: 0 }))
    }
  }
  const link = { use: async (operation: (of: typeof client) => Promise<unknown>) => await operation(client) } as unknown as KafkaProducerDeps['link']
  const topics = {
    partitionsOf: async () => 4,
    forget: (topic: string) => {
      forgotten.push(topic)
    }
  }

  return { sends, forgotten, producer: new KafkaProducer({ log: pino({ level: 'silent' }), clock: new FakeClock(), topics, link }) }
}

const keysOf = ({ messages }: ProducerRecord): unknown[] => messages.map(({ key }) => key)

suite('KafkaProducer', () => {
  test('sends once, to all replicas and compressed, when every partition is answered for', async () => {
    const { producer, sends } = rig(partitions => partitions)
    await producer.publish('visits', numbered(20), signal)

    assert.equal(sends.length, 1)
    assert.deepEqual({ acks: sends[0]!.acks, compression: sends[0]!.compression, topic: sends[0]!.topic }, { acks: -1, compression: 4, topic: 'visits' })
  })

  test('sends again what an answer does not name, and only that', async () => {
    const { producer, sends } = rig((partitions, send) => send === 1 ? partitions.filter(partition => partition < 2) : partitions)
    await producer.publish('visits', numbered(20), signal)
    const missed = sends[0]!.messages.filter(({ partition }) => partition! >= 2)

    assert.ok(missed.length > 0 && missed.length < 20)
    assert.equal(sends.length, 2)
    assert.deepEqual(keysOf(sends[1]!), missed.map(({ key }) => key))
  })

  test('fails in the end when a partition is never answered for, and looks at the topic anew', async () => {
    const { producer, sends, forgotten } = rig(partitions => partitions.slice(1))

    await assert.rejects(producer.publish('visits', numbered(1), signal), err => isProbeError(err, 'PP_BUS_UNAVAILABLE'))
    assert.equal(sends.length, 5)
    assert.deepEqual(forgotten, ['visits'])
  })

  test('sends what is larger than a broker takes in several requests, one after the other', async () => {
    const { producer, sends } = rig(partitions => partitions)
    const large = Array.from({ length: 30 }, (_, i) => ({ key: `k${String(i)}`, value: new Uint8Array(60_000), headers: {} }))
    await producer.publish('visits', large, signal)

    assert.ok(sends.length >= 3)
    assert.deepEqual(sends.flatMap(keysOf), large.map(({ key }) => key))
  })

  test('sends nothing for no messages', async () => {
    const { producer, sends } = rig(partitions => partitions)
    await producer.publish('visits', [], signal)

    assert.equal(sends.length, 0)
  })
})
