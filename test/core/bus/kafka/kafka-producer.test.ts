import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaProducer } from '../../../../core/bus/kafka/kafka-producer.ts'
import { refusedOf } from '../../../../core/bus/port/event-bus.ts'
import { isProbeError, ProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { numbered, signal } from '../event-bus-fixture.ts'
import type { KafkaProducerDeps } from '../../../../core/bus/kafka/kafka-producer.ts'
import type { ProducerRecord } from 'kafkajs'

interface Rig {
  producer: KafkaProducer
  clock: FakeClock
  sends: ProducerRecord[]
  forgotten: string[]
  renewals: () => number
  grow: (partitions: number) => void
}

type Answer = (partitions: number[], send: number, record: ProducerRecord) => number[]

/** A producer whose cluster answers each send with the partitions that `store` makes of the ones that were sent to. */
function rig (store: Answer): Rig {
  const sends: ProducerRecord[] = []
  const forgotten: string[] = []
  const clock = new FakeClock()
  const state = { partitions: 4, renewals: 0 }
  const client = {
    send: async (record: ProducerRecord) => {
      sends.push(record)
      const sentTo = [...new Set(record.messages.map(({ partition }) => partition!))]
      return store(sentTo, sends.length, record).map(partition => ({ topicName: record.topic, partition, errorCode: 0 }))
    }
  }
  const link = {
    use: async (operation: (of: typeof client) => Promise<unknown>) => await operation(client),
    renew: async () => {
      state.renewals++
    }
  } as unknown as KafkaProducerDeps['link']
  const topics = {
    partitionsOf: async () => state.partitions,
    forget: (topic: string) => {
      forgotten.push(topic)
    }
  }

  return {
    sends,
    forgotten,
    clock,
    renewals: () => state.renewals,
    grow: (partitions) => {
      state.partitions = partitions
    },
    producer: new KafkaProducer({ log: pino({ level: 'silent' }), clock, topics, link })
  }
}

/** A cluster that takes no batch of a partition above a number of bytes. */
function limitedTo (bytes: number): Answer {
  return (partitions, _send, { messages }) => {
    for (const partition of partitions) {
      if (messages.filter(message => message.partition === partition).reduce((sum, { value }) => sum + value!.length, 0) > bytes) {
        throw new ProbeError('PP_MESSAGE_TOO_LARGE', 'larger than the max message size')
      }
    }
    return partitions
  }
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
    const { producer, sends, clock, renewals, forgotten } = rig((partitions, send) => send === 1 ? partitions.filter(partition => partition < 2) : partitions)
    await clock.runUntil(producer.publish('visits', numbered(20), signal))
    const missed = sends[0]!.messages.filter(({ partition }) => partition! >= 2)

    assert.ok(missed.length > 0 && missed.length < 20)
    assert.equal(sends.length, 2)
    assert.deepEqual(keysOf(sends[1]!), missed.map(({ key }) => key))
    assert.deepEqual([renewals(), forgotten], [1, ['visits']])
  })

  test('fails in the end when a partition is never answered for', async () => {
    const { producer, sends, clock } = rig(partitions => partitions.slice(1))

    await assert.rejects(clock.runUntil(producer.publish('visits', numbered(1), signal)), err => isProbeError(err, 'PP_BUS_UNAVAILABLE'))
    assert.equal(sends.length, 6)
  })

  test('sends what is larger than a broker takes in several requests, one after the other', async () => {
    const { producer, sends } = rig(partitions => partitions)
    const large = Array.from({ length: 30 }, (_, i) => ({ key: `k${String(i)}`, value: new Uint8Array(60_000), headers: {} }))
    await producer.publish('visits', large, signal)

    assert.ok(sends.length >= 3)
    assert.deepEqual(sends.flatMap(keysOf), large.map(({ key }) => key))
  })

  test('asks the cluster for everything again when the topic has got more partitions, before it sends to them', async () => {
    const { producer, sends, grow, renewals } = rig(partitions => partitions)
    await producer.publish('visits', numbered(20), signal)
    assert.equal(renewals(), 0)
    grow(8)
    await producer.publish('visits', numbered(20), signal)
    await producer.publish('visits', numbered(20), signal)

    assert.equal(renewals(), 1)
    assert.ok(sends[1]!.messages.some(({ partition }) => partition! > 3))
  })

  test('chooses the partitions again for what was not stored, since the topic may have been recreated', async () => {
    const { producer, sends, grow, clock } = rig((partitions, send) => send === 1 ? [] : partitions)
    const publishing = producer.publish('visits', numbered(20), signal)
    grow(1)
    await clock.runUntil(publishing)

    assert.ok(sends[0]!.messages.some(({ partition }) => partition! > 0))
    assert.ok(sends[1]!.messages.every(({ partition }) => partition === 0))
  })

  test('sends a batch that is larger than the topic takes in parts that fit, each message once in order, and small ones from then on', async () => {
    const { producer, sends } = rig(limitedTo(20_000))
    const small = Array.from({ length: 500 }, (_, i) => ({ key: `k${String(i % 7)}`, value: new Uint8Array(300).fill(i), headers: { i: String(i) } }))
    const stored = (): string[] => sends.filter(record => ({ ...record, fits: fits(record) }).fits).flatMap(({ messages }) => messages.map(({ headers }) => String(headers!['i'])))
    const fits = ({ messages }: ProducerRecord): boolean => {
      try {
        limitedTo(20_000)([...new Set(messages.map(({ partition }) => partition!))], 0, { topic: 'visits', messages })
        return true
      } catch {
        return false
      }
    }
    await producer.publish('visits', small, signal)

    assert.deepEqual(stored().map(Number).toSorted((a, b) => a - b), small.map((_, i) => i))
    for (let key = 0; key < 7; key++) {
      const ofKey = stored().map(Number).filter(i => i % 7 === key)
      assert.deepEqual(ofKey, ofKey.toSorted((a, b) => a - b))
    }

    const before = sends.length
    await producer.publish('visits', small, signal)
    assert.ok(sends.slice(before).every(fits))
  })

  test('stores all but the messages that are too large by themselves, and says which they are', async () => {
    const { producer, sends } = rig(limitedTo(5_000))
    const sizes = [100, 6_000, 200, 5_001, 5_000]
    const failure = await producer.publish('visits', sizes.map((size, i) => ({ key: String(i), value: new Uint8Array(size), headers: {} })), signal).then(() => undefined, (err: unknown) => err)

    assert.deepEqual([...refusedOf(failure) ?? []], [1, 3])
    assert.ok(isProbeError(failure, 'PP_MESSAGE_TOO_LARGE') && failure.message.startsWith('2 of 5 messages: '))
    assert.deepEqual(new Set(sends.filter(({ messages }) => messages.every(({ value }) => value!.length <= 5_000)).flatMap(keysOf)), new Set(['0', '2', '4']))
  })

  test('tries large batches again after ten minutes', async () => {
    const { producer, sends, clock } = rig((partitions, send, record) => send < 20 ? limitedTo(2_000)(partitions, send, record) : partitions)
    const some = numbered(40, 1).map(each => ({ ...each, value: new Uint8Array(100) }))
    await producer.publish('visits', some, signal)
    assert.ok(sends.length > 1 && sends.length < 20)
    await clock.advance(600_000)
    const before = sends.length
    await producer.publish('visits', some, signal).catch(() => undefined)

    assert.equal(sends[before]!.messages.length, 40)
  })

  test('sends nothing for no messages', async () => {
    const { producer, sends } = rig(partitions => partitions)
    await producer.publish('visits', [], signal)

    assert.equal(sends.length, 0)
  })
})
