// A writer of the topic tries to stop the consumer: messages about as large as the broker takes, whose dead letters
// are larger, on a real Kafka; and topics of dead letters that take none. The good messages between are stored, all of them.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { pino } from 'pino'
import { listDeadLetters } from '../../cli/topics/dead-letters.ts'
import { runConsumer } from '../../consumer/run-consumer.ts'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { ConsumerConfig } from '../../core/contracts/process-config.ts'
import { createRegistry } from '../../core/process/metrics.ts'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { findProgram } from '../../scripts/provision/programs.ts'
import { visitMessage } from '../support/consumer/incoming.ts'
import { CRAWL_ID, visitOf } from '../support/consumer/messages.ts'
import { apart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { KafkaConfig } from '../../core/contracts/kafka/kafka-config.ts'
import type { AclEntry, Admin, Message } from 'kafkajs'

const found = kafka.find()
const openssl = findProgram('openssl') === undefined ? 'no openssl on this machine to make certificates with' : false
const { signal } = new AbortController()
const log = pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' })

/** What a broker takes by default (`message.max.bytes`). */
const LIMIT = 1_048_588
const SHARES = [0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1, 1.0005, 1.01, 1.05, 1.1]
const LONG_MS = 90_000

const noise = (bytes: number): Buffer => {
  const parts = Array.from({ length: Math.ceil(bytes / 65_536) }, () => crypto.getRandomValues(new Uint8Array(65_536)))

  return Buffer.concat(parts).subarray(0, bytes)
}

// Bytes that are no UTF-8 take up to three times as many in the dead letter.
const SHAPES: Record<string, (bytes: number) => Message> = {
  'in the value': bytes => ({ key: 'k', value: noise(bytes) }),
  'in a header': bytes => ({ key: 'k', value: Buffer.from('{'), headers: { noise: noise(bytes) } }),
  'in a thousand headers': bytes => ({ key: 'k', value: Buffer.from('{'), headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`h${String(i)}`, noise(Math.floor(bytes / 1_000) - 8)])) }),
  'in the key': bytes => ({ key: noise(bytes), value: Buffer.from('{') })
}

const good = (i: number): OutgoingMessage => visitMessage(visitOf({ crawlId: CRAWL_ID + i }))
const bad: OutgoingMessage = { key: 'k', value: Buffer.from('{'), headers: {} }

interface Running extends AsyncDisposable {
  status: () => Promise<ConsumerStatus>

  /** Visits in the database. */
  visits: () => number
}

suite('poison on a topic', { skip: 'missing' in found ? found.missing : openssl }, () => {
  const stack = new AsyncDisposableStack()
  let server: KafkaServer
  let bus: KafkaBus
  let admin: Admin
  let producer: kafkajs.Producer

  before(async () => {
    server = stack.use(await KafkaServer.open('at' in found ? found.at : '', { users: { reader: 'secret-1' } }))
    bus = stack.use(await KafkaBus.open({ log, clock: systemClock }, { brokers: server.brokers, clientId: 'test' }, signal, { heartbeatMs: 100, maxWaitMs: 100 }))
    const client = stack.use(new KafkaClient(log, { brokers: server.brokers, clientId: 'poison' }))
    admin = client.kafka.admin()
    producer = client.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, retry: { retries: 0 } })
    await Promise.all([admin.connect(), producer.connect()])
    stack.defer(async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  async function make (topic: string, settings: Record<string, string> = {}): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] })
  }

  async function start (topic: string, whenRefused: 'wait' | 'skip', connection: Partial<KafkaConfig> = {}): Promise<Running> {
    const folder = new TempFolder()
    const config = ConsumerConfig.parse({
      admin: { port: 0 },
      topic,
      deadLetterTopic: `${topic}-dead-letters`,
      group: topic,
      bus: { kafka: { brokers: server.brokers, clientId: 'consumer', ...connection } },
      store: { sqlite: { path: folder.file('store.db') } },
      deadLetters: { whenRefused }
    })
    const controller = new AbortController()
    const ready = Promise.withResolvers<number>()
    const running = runConsumer({ config, log, registry: createRegistry('consumer'), progress: new Progress({ clock: systemClock }), clock: systemClock }, { onReady: ready.resolve }, controller.signal)
    const port = await Promise.race([ready.promise, running.then(() => 0)])

    return {
      status: async () => ConsumerStatus.parse(await (await fetch(`http://127.0.0.1:${String(port)}/status`)).json()),
      visits: () => {
        using database = new DatabaseSync(folder.file('store.db'), { readOnly: true })
        return Number(database.prepare('SELECT count(*) AS n FROM visit').get()?.['n'])
      },
      [Symbol.asyncDispose]: async () => {
        controller.abort()
        await running
        folder[Symbol.dispose]()
      }
    }
  }

  /** Sends one message as it is, not compressed; resolves with whether the broker took it. */
  async function poison (topic: string, message: Message): Promise<boolean> {
    try {
      await producer.send({ topic, messages: [{ ...message, partition: 0 }], acks: -1 })
      return true
    } catch (err) {
      assert.match(String(err), /larger than the max message size|MESSAGE_TOO_LARGE|too large/i)
      return false
    }
  }

  for (const [shape, messageOf] of Object.entries(SHAPES)) {
    test(`0.9 to 1.1 times what the broker takes, ${shape}: each becomes a dead letter`, async () => {
      const topic = apart()
      await make(topic)
      await make(`${topic}-dead-letters`)
      await using consumer = await start(topic, 'wait')
      let taken = 0

      for (const [i, share] of SHARES.entries()) {
        taken += Number(await poison(topic, messageOf(Math.floor(LIMIT * share))))
        await bus.publish(topic, [good(i)], signal)
      }
      await until('all is committed', async () => (await consumer.status()).committed === SHARES.length + taken, LONG_MS)
      const { outage, deadLetters, skipped } = await consumer.status()
      const { rows } = await listDeadLetters(bus, { topic, deadLetterTopic: `${topic}-dead-letters`, group: topic }, 100, signal)

      assert.ok(taken >= 5 && taken < SHARES.length, `${String(taken)} were taken`)
      assert.equal(consumer.visits(), SHARES.length)
      assert.deepEqual([outage, skipped, Object.values(deadLetters)], [null, 0, [taken]])
      assert.equal(new Set(rows.map(({ source }) => source)).size, taken)
      assert.ok(rows.every(({ source, code }) => source.startsWith(`${topic}/0/`) && code.startsWith('PP_MESSAGE_')))
    })
  }

  test('a topic of dead letters that takes 4 kB: each becomes one all the same', async () => {
    const topic = apart()
    await make(topic)
    await make(`${topic}-dead-letters`, { 'max.message.bytes': '4000' })
    await using consumer = await start(topic, 'wait')
    for (const messageOf of Object.values(SHAPES)) {
      assert.equal(await poison(topic, messageOf(100_000)), true)
    }
    await bus.publish(topic, [good(0)], signal)
    await until('all is committed', async () => (await consumer.status()).committed === 5, LONG_MS)

    assert.equal(consumer.visits(), 1)
    assert.equal((await listDeadLetters(bus, { topic, deadLetterTopic: `${topic}-dead-letters`, group: topic }, 100, signal)).total, 4)
  })

  test('a topic of dead letters that takes none is waited for, once by once and not by starting again; then all are there', async () => {
    const topic = apart()
    await make(topic)
    await make(`${topic}-dead-letters`, { 'max.message.bytes': '100' })
    await using consumer = await start(topic, 'wait')
    await bus.publish(topic, [good(0), bad, good(1)], signal)
    await until('it waits', async () => (await consumer.status()).outage?.code === 'PP_MESSAGE_TOO_LARGE', LONG_MS)
    assert.match((await consumer.status()).outage!.message, /max\.message\.bytes/)
    assert.equal(consumer.visits(), 2)
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: `${topic}-dead-letters`, configEntries: [{ name: 'max.message.bytes', value: '100000' }] }] })
    await until('all is committed', async () => (await consumer.status()).committed === 3, LONG_MS)

    assert.equal((await listDeadLetters(bus, { topic, deadLetterTopic: `${topic}-dead-letters`, group: topic }, 100, signal)).total, 1)
  })

  test('a topic of dead letters that is missing is waited for', async () => {
    const topic = apart()
    await make(topic)
    await using consumer = await start(topic, 'wait')
    await bus.publish(topic, [good(0), bad, good(1)], signal)
    await until('it waits', async () => (await consumer.status()).outage?.code === 'PP_TOPIC_MISSING', LONG_MS)
    assert.equal(consumer.visits(), 2)
    await make(`${topic}-dead-letters`)
    await until('all is committed', async () => (await consumer.status()).committed === 3, LONG_MS)

    assert.deepEqual((await consumer.status()).deadLetters, { PP_MESSAGE_INVALID: 1 })
  })

  test('a topic of dead letters that the user may not write to is waited for, and a grant is enough to go on', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('password'), 'secret-1')
    const topic = apart()
    await make(topic)
    await make(`${topic}-dead-letters`)
    const { ResourcePatternTypes: { LITERAL }, AclPermissionTypes: { ALLOW }, AclResourceTypes: { TOPIC, GROUP }, AclOperationTypes: { ALL } } = kafkajs
    const grant = (resourceName: string, resourceType: typeof TOPIC | typeof GROUP): AclEntry => ({ resourceName, resourceType, resourcePatternType: LITERAL, principal: 'User:reader', host: '*', operation: ALL, permissionType: ALLOW })
    await admin.createAcls({ acl: [grant(topic, TOPIC), grant(topic, GROUP)] })
    await using consumer = await start(topic, 'wait', {
      brokers: [`127.0.0.1:${String(server.security!.scramPort)}`],
      tls: { caFile: server.security!.caFile },
      sasl: { mechanism: 'scram-sha-512', username: 'reader', passwordFile: folder.file('password') }
    })
    await bus.publish(topic, [good(0), bad, good(1)], signal)
    await until('it waits', async () => (await consumer.status()).outage?.code === 'PP_BUS_FORBIDDEN', LONG_MS)
    assert.equal(consumer.visits(), 2)
    await admin.createAcls({ acl: [grant(`${topic}-dead-letters`, TOPIC)] })
    await until('all is committed', async () => (await consumer.status()).committed === 3, LONG_MS)

    assert.deepEqual((await consumer.status()).deadLetters, { PP_MESSAGE_INVALID: 1 })
  })

  test('with the decision to skip, neither a missing topic of dead letters nor one that takes none holds anything up', async () => {
    const topics = [apart(), apart()] as const
    await make(topics[0])
    await make(topics[1])
    await make(`${topics[1]}-dead-letters`, { 'max.message.bytes': '100' })

    await Promise.all(topics.map(async (topic) => {
      await using consumer = await start(topic, 'skip')
      await bus.publish(topic, [good(0), bad, good(1), bad], signal)
      await until('all is committed', async () => (await consumer.status()).committed === 4, 2 * LONG_MS)
      await bus.publish(topic, [bad, good(2)], signal)
      await until('the next ones are as well', async () => (await consumer.status()).committed === 6, LONG_MS)
      const { skipped, deadLetters, outage } = await consumer.status()

      assert.deepEqual([skipped, deadLetters, outage], [3, {}, null])
      assert.equal(consumer.visits(), 3)
    }))
  })
})
