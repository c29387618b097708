// Settings of a topic that people make, on a real Kafka: with each of them messages arrive, in order and once, and
// nothing waits in the end; or the setting is refused by name.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { refusedOf } from '../../core/bus/port/event-bus.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { collector, message, numbered, textOf } from '../core/bus/event-bus-fixture.ts'
import { apart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { until } from '../support/until.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Admin } from 'kafkajs'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' }), clock: systemClock }

/** Text that no compression makes smaller. */
const noise = (bytes: number): string => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64')

const WORKS: [name: string, settings: Record<string, string>][] = [
  ['as it is made', {}],
  ...['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'].map((kind): [string, Record<string, string>] => [`compression ${kind}`, { 'compression.type': kind }]),
  ['the strongest gzip', { 'compression.type': 'gzip', 'compression.gzip.level': '9' }],
  ['the strongest zstd', { 'compression.type': 'zstd', 'compression.zstd.level': '22' }],
  ['compaction', { 'cleanup.policy': 'compact' }],
  ['compaction and deletion', { 'cleanup.policy': 'compact,delete' }],
  ['compaction and lz4', { 'cleanup.policy': 'compact', 'compression.type': 'lz4' }],
  ['max.message.bytes 20000', { 'max.message.bytes': '20000' }],
  ['max.message.bytes 2000', { 'max.message.bytes': '2000' }],
  ['max.message.bytes 20000, uncompressed', { 'max.message.bytes': '20000', 'compression.type': 'uncompressed' }],
  ['max.message.bytes 400, one message at a time', { 'max.message.bytes': '400' }],
  ['small segments', { 'segment.bytes': '1048576', 'segment.index.bytes': '1000' }],
  ['timestamps of the broker', { 'message.timestamp.type': 'LogAppendTime' }],
  ['narrow limits of timestamps', { 'message.timestamp.before.max.ms': '600000', 'message.timestamp.after.max.ms': '600000' }],
  ['min.insync.replicas above the replicas, of which the brokers ask for those there are', { 'min.insync.replicas': '2' }],
  ['a flush for each message', { 'flush.messages': '1', 'index.interval.bytes': '1' }],
  ['unclean elections and preallocation', { 'unclean.leader.election.enable': 'true', 'preallocate': 'true' }],
  ['a short retention', { 'retention.ms': '60000', 'retention.bytes': '1000000' }]
]

const REFUSED: [name: string, settings: Record<string, string>, code: ErrorCode, says: RegExp][] = [
  ['limits of timestamps that no message keeps', { 'message.timestamp.before.max.ms': '0', 'message.timestamp.type': 'CreateTime' }, 'PP_BUS_REFUSED', /message\.timestamp\.before\.max\.ms/],
  ['max.message.bytes below any message', { 'max.message.bytes': '50' }, 'PP_MESSAGE_TOO_LARGE', /500 of 500 messages: .*raise max\.message\.bytes/]
]

suite('settings of a topic', { skip: 'missing' in found ? found.missing : false }, () => {
  let server: KafkaServer
  let bus: KafkaBus
  let client: KafkaClient
  let admin: Admin

  before(async () => {
    server = await KafkaServer.open('at' in found ? found.at : '')
    bus = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal, { heartbeatMs: 100, maxWaitMs: 100, metadataMs: 2_000 })
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

  /** A topic that somebody has made with settings of their own. */
  async function make (settings: Record<string, string>, numPartitions = 3): Promise<string> {
    const topic = apart()
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] })
    await bus.ensureTopic({ name: topic, partitions: numPartitions, retentionMs: 3_600_000 }, signal)

    return topic
  }

  for (const [name, settings] of WORKS) {
    test(`work with ${name}`, async () => {
      const topic = await make(settings)
      const sent = numbered(500).map(each => ({ ...each, value: Buffer.from(`${textOf(each)} ${noise(150)}`) }))
      await bus.publish(topic, sent, signal)
      const { all, handler } = collector()
      await using subscription = await bus.subscribe({ topic, group: topic, maxMessages: 100 }, async (batch) => {
        await handler(batch)
        await subscription.commit(batch.partition, batch.nextOffset)
      }, signal)
      await until('all are read', () => new Set(all.map(textOf)).size === 500)
      await until('nothing waits', async () => [...(await bus.groupLag(topic, topic, signal)).values()].every(lag => lag === 0))

      for (const key of new Set(sent.map(({ key }) => key))) {
        const numbers = [...new Set(all.filter(each => each.key === key).map(textOf))].map(text => Number(text.split(' ')[0]))
        assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b))
      }
    })
  }

  for (const [name, settings, code, says] of REFUSED) {
    test(`refuse ${name} by name`, async () => {
      const topic = await make(settings)

      await assert.rejects(bus.publish(topic, numbered(500), signal), err => isProbeError(err, code) && says.test(err.message))
    })
  }

  test('leave out a single message that is too large, and store all others', async () => {
    const topic = await make({ 'max.message.bytes': '20000' })
    const sizes = [100, 30_000, 200, 40_000, 10_000]
    const failure = await bus.publish(topic, sizes.map((size, i) => message(`k${String(i)}`, noise(size))), signal).then(() => undefined, (err: unknown) => err)
    const positions = await bus.groupPositions(topic, 'nobody', signal)

    assert.deepEqual([...refusedOf(failure) ?? []], [1, 3])
    assert.ok(positions.reduce((sum, { next }) => sum + next, 0) >= 3)
  })

  test('take more partitions while publishing and reading go on', async () => {
    const topic = await make({}, 3)
    const { all, handler } = collector()
    await bus.publish(topic, numbered(60), signal)
    await using subscription = await bus.subscribe({ topic, group: topic, maxMessages: 100 }, async (batch) => {
      await handler(batch)
      await subscription.commit(batch.partition, batch.nextOffset)
    }, signal)
    await bus.ensureTopic({ name: topic, partitions: 6, retentionMs: 3_600_000 }, signal)
    await bus.publish(topic, numbered(200, 200), signal)
    const positions = await bus.groupPositions(topic, topic, signal)
    await until('all is read', () => new Set(all.map(({ partition, offset }) => `${String(partition)}/${String(offset)}`)).size >= 260)

    assert.equal(positions.length, 6)
    assert.ok(positions.slice(3).every(({ next }) => next > 0))
    assert.ok(positions.reduce((sum, { next }) => sum + next, 0) >= 260)
  })

  test('take more partitions that somebody else made, within one call', async () => {
    const topic = await make({}, 2)
    await bus.publish(topic, numbered(50), signal)
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] })
    await until('they are known', async () => (await bus.groupPositions(topic, 'nobody', signal)).length === 5)
    await using other = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'late' }, signal)
    await Promise.all([bus.publish(topic, numbered(300, 300), signal), other.publish(topic, numbered(300, 300), signal)])

    assert.ok((await bus.groupPositions(topic, 'nobody', signal)).reduce((sum, { next }) => sum + next, 0) >= 650)
  })
})
