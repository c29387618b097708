// Where a group stands on a real Kafka when offsets hold no messages, when a log is not what it was, and when
// somebody else is in the group.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { lagAt } from '../../core/bus/port/event-bus.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { collector, message, numbered, textOf } from '../core/bus/event-bus-fixture.ts'
import { apart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { until } from '../support/until.ts'
import type { IncomingMessage, Subscription } from '../../core/bus/port/event-bus.ts'
import type { Admin, Producer } from 'kafkajs'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' }), clock: systemClock }
const FAST = { heartbeatMs: 100, maxWaitMs: 100 }
const LONG_MS = 120_000

suite('positions on Kafka', { skip: 'missing' in found ? found.missing : false }, () => {
  let server: KafkaServer
  let bus: KafkaBus
  let client: KafkaClient
  let admin: Admin

  before(async () => {
    const properties = { 'log.cleaner.backoff.ms': 200, 'log.retention.check.interval.ms': 500, 'log.segment.delete.delay.ms': 0, 'log.initial.task.delay.ms': 100 }
    server = await KafkaServer.open('at' in found ? found.at : '', { properties })
    bus = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal, FAST)
    client = new KafkaClient(deps.log, { brokers: server.brokers, clientId: 'admin' })
    admin = client.kafka.admin()
    await admin.connect()
  })
  after(async () => {
    await admin.disconnect()
    client[Symbol.dispose]()
    await bus[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function make (settings: Record<string, string> = {}, numPartitions = 1): Promise<string> {
    const topic = apart()
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] })
    await bus.ensureTopic({ name: topic, partitions: numPartitions, retentionMs: 3_600_000 }, signal)

    return topic
  }

  /** Reads a topic as a consumer does, committing the given messages. */
  async function reading (topic: string, stack: AsyncDisposableStack, group = topic): Promise<{ all: IncomingMessage[], subscription: Subscription }> {
    const { all, handler } = collector()
    const joined = Promise.withResolvers<Subscription>()
    const subscription = stack.use(await bus.subscribe({ topic, group, maxMessages: 100 }, async (batch) => {
      await handler(batch)
      await (await joined.promise).commit(batch.partition, batch.nextOffset)
    }, signal))
    joined.resolve(subscription)

    return { all, subscription }
  }

  /** How a person sees it who runs `offsets describe`, and what the consumer itself counts. */
  async function waits (topic: string, subscription?: Subscription): Promise<number[]> {
    const described = (await bus.groupPositions(topic, topic, signal)).map(lagAt)
    const lag = [...(await bus.groupLag(topic, topic, signal)).values()]

    return [...described, ...lag, ...subscription === undefined ? [] : [...(await subscription.lag()).values()]]
  }

  async function transaction (topic: string, values: string[], end: 'commit' | 'abort' | 'leave open', producer?: Producer): Promise<() => Promise<void>> {
    const own = producer ?? client.kafka.producer({ transactionalId: apart(), maxInFlightRequests: 1, idempotent: true })
    await own.connect()
    const open = await own.transaction()
    await open.send({ topic, messages: values.map(value => ({ key: 'k', value })) })
    const finish = async (): Promise<void> => {
      await (end === 'abort' ? open.abort() : open.commit())
      await own.disconnect()
    }

    if (end !== 'leave open') {
      await finish()
    }

    return finish
  }

  test('are read from a cluster that never had a group, at once', async () => {
    const topic = await make({}, 2)

    assert.deepEqual((await bus.groupPositions(topic, apart(), signal)).map(({ committed }) => committed), [null, null])
  })

  test('reach the end behind the mark of a committed transaction', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make()
    await transaction(topic, ['1', '2'], 'commit')
    const { all, subscription } = await reading(topic, stack)
    await until('nothing waits', async () => (await waits(topic, subscription)).every(lag => lag === 0))

    assert.deepEqual(all.map(textOf), ['1', '2'])
    assert.deepEqual((await bus.groupPositions(topic, topic, signal)).map(({ next, committed }) => [next, committed]), [[3, 3]])
  })

  test('pass aborted transactions, whose messages nobody gets, also where nothing else is there', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make()
    await transaction(topic, ['aborted 1', 'aborted 2'], 'abort')
    const { all, subscription } = await reading(topic, stack)
    await until('nothing waits', async () => (await waits(topic, subscription)).every(lag => lag === 0))
    await transaction(topic, ['aborted 3'], 'abort')
    await bus.publish(topic, [message('k', 'good')], signal)
    await transaction(topic, ['aborted 4'], 'abort')
    await until('nothing waits', async () => all.length > 0 && (await waits(topic, subscription)).every(lag => lag === 0))

    assert.deepEqual(all.map(textOf), ['good'])
  })

  test('wait for no open transaction, and read it once it is committed', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make()
    await bus.publish(topic, [message('k', 'before')], signal)
    const commit = await transaction(topic, ['inside'], 'leave open')
    await bus.publish(topic, [message('k', 'behind')], signal)
    const { all, subscription } = await reading(topic, stack)
    await until('what can be read is read, and nothing else waits', async () => all.length === 1 && (await waits(topic, subscription)).every(lag => lag === 0))
    await commit()
    await until('all is read', async () => all.length === 3 && (await waits(topic, subscription)).every(lag => lag === 0))

    assert.deepEqual(all.map(textOf), ['before', 'inside', 'behind'])
  })

  test('pass what compaction removed, within batches and at their ends', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make({ 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '0', 'max.compaction.lag.ms': '200' })
    await bus.publish(topic, ['a', 'b', 'c', 'a', 'b', 'c', 'a'].map((key, i) => message(key, `old ${String(i)}`)), signal)
    await transaction(topic, ['gone 1', 'gone 2'], 'abort')
    const producer = client.kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ key: 'b', value: null }, { key: 'c', value: null }] })
    let marks = 0
    await until('the log is compacted', async () => {
      await producer.send({ topic, messages: [{ key: 'mark', value: String(++marks) }] })
      await new Promise(resolve => setTimeout(resolve, 150))
      const seen = new Set<number>()
      const probe = await bus.subscribe({ topic, group: apart(), maxMessages: 1_000 }, async ({ messages }) => {
        messages.forEach(({ offset }) => seen.add(offset))
      }, signal)
      await until('something is read', () => seen.size > 0)
      await probe[Symbol.asyncDispose]()
      return !seen.has(0)
    }, LONG_MS)
    await producer.disconnect()
    const { all, subscription } = await reading(topic, stack)
    await until('nothing waits', async () => all.length > 0 && (await waits(topic, subscription)).every(lag => lag === 0))

    assert.ok(!all.some(({ offset }) => offset === 0))
    assert.ok(!all.map(textOf).some(text => text.startsWith('gone')))
  })

  test('have nothing to wait for where retention removed all', async () => {
    const topic = await make({ 'retention.ms': '1', 'segment.ms': '100' })
    await bus.publish(topic, numbered(20, 1), signal)
    await until('the messages are gone', async () => (await bus.groupPositions(topic, topic, signal)).every(({ oldest, next }) => next === 20 && oldest === next), LONG_MS)

    assert.deepEqual(await waits(topic), [0, 0])
  })

  test('begin again with a topic that was recreated while it is read and written', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make({}, 3)
    const { all, subscription } = await reading(topic, stack)
    await bus.publish(topic, numbered(300), signal)
    await until('all is read', () => all.length === 300)
    await admin.deleteTopics({ topics: [topic] })
    await until('it is gone', async () => !(await admin.listTopics()).includes(topic))
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] })
    all.length = 0
    await until('it takes messages', async () => await bus.publish(topic, numbered(50), signal).then(() => true, () => false), LONG_MS)
    await until('they are read', async () => new Set(all.map(textOf)).size === 50 && (await waits(topic)).every(lag => lag === 0), LONG_MS)

    assert.ok((await bus.groupPositions(topic, topic, signal)).every(({ committed, next }) => committed === next))
    await subscription[Symbol.asyncDispose]()
  })

  test('stop at a batch that is damaged on the disk, once, by its place, after all that lies before it', async () => {
    await using stack = new AsyncDisposableStack()
    const topic = await make()
    await bus.publish(topic, [message('k', 'first')], signal)
    await bus.publish(topic, [message('k', 'second, to be damaged')], signal)
    const path = join(server.nodes[0]!.folder, `${topic}-0`, '00000000000000000000.log')
    await until('it is on the disk', () => readFileSync(path).length > 100)
    const log = readFileSync(path)
    log[log.length - 3]! ^= 0xff
    writeFileSync(path, log)
    const { all, subscription } = await reading(topic, stack)

    await assert.rejects(subscription.ended, err => isProbeError(err, 'PP_BATCH_UNREADABLE') && err.message.includes(`topic ${topic}, partition 0, the batch that begins at offset 1: its checksum is wrong`))
    assert.deepEqual(all.map(textOf), ['first'])
    assert.deepEqual((await bus.groupPositions(topic, topic, signal)).map(({ committed }) => committed), [1])
  })
})
