// The disk of a real broker is full where the topic of dead letters lies: its folder goes offline, the consumer stores what is good, waits
// with the rest, says why, and goes on by itself once there is room.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
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
import { visitMessage } from '../support/consumer/incoming.ts'
import { CRAWL_ID, visitOf } from '../support/consumer/messages.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Admin } from 'kafkajs'

const found = kafka.find()
const missing = 'missing' in found ? found.missing : process.getuid?.() === 0 ? false : 'a small disk is mounted as root only'
const { signal } = new AbortController()
const log = pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' })
const LONG_MS = 120_000
const MOST_TOPICS = 8

const good = (i: number): OutgoingMessage => visitMessage(visitOf({ crawlId: CRAWL_ID + i }))
const bad: OutgoingMessage = { key: 'k', value: Buffer.from('{'), headers: {} }

/** A disk of 64 MB, mounted for one test. */
class SmallDisk implements Disposable {
  readonly path: string

  constructor (path: string) {
    mkdirSync(path)
    this.path = path
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', path]).status, 0)
  }

  /** Takes all that is free. */
  fill (): void {
    const { bavail, bsize } = statfsSync(this.path)

    try {
      writeFileSync(this.#filler, Buffer.alloc(bavail * bsize))
    } catch (err) {
      assert.equal((err as { code?: string }).code, 'ENOSPC') // the broker took some meanwhile
    }
  }

  free (): void {
    rmSync(this.#filler)
  }

  [Symbol.dispose] (): void {
    spawnSync('umount', ['-l', this.path])
  }

  get #filler (): string {
    return join(this.path, 'filler')
  }
}

suite('a broker whose disk is full', { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  let folder: TempFolder
  let disk: SmallDisk
  let server: KafkaServer
  let bus: KafkaBus
  let admin: Admin

  before(async () => {
    folder = stack.use(new TempFolder())
    disk = stack.use(new SmallDisk(folder.file('small')))
    const dirs = { 'log.dirs': `${folder.file('large')},${join(disk.path, 'logs')}`, 'metadata.log.dir': folder.file('metadata') }
    server = stack.use(await KafkaServer.open('at' in found ? found.at : '', { properties: { ...dirs, 'offsets.topic.num.partitions': 1 } }))
    bus = stack.use(await KafkaBus.open({ log, clock: systemClock }, { brokers: server.brokers, clientId: 'test' }, signal, { heartbeatMs: 100, maxWaitMs: 100 }))
    const client = stack.use(new KafkaClient(log, { brokers: server.brokers, clientId: 'full' }))
    admin = client.kafka.admin()
    await admin.connect()
    stack.defer(async () => {
      await admin.disconnect()
    })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const isOn = (place: string, topic: string): boolean => existsSync(join(place, `${topic}-0`))
  const large = (): string => folder.file('large')
  const small = (): string => join(disk.path, 'logs')

  // A broker puts each new partition into the folder with fewest: names are tried until one lies where it is wanted.
  async function makeOn (place: string, prefix: string): Promise<string> {
    for (let i = 0; i < MOST_TOPICS; i++) {
      const topic = `${prefix}-${String(i)}`
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] })
      await until(`${topic} is made`, () => isOn(large(), topic) || isOn(small(), topic), LONG_MS)

      if (isOn(place, topic)) {
        return topic
      }
    }

    throw new TypeError(`no topic lies in ${place}`)
  }

  test('holds up the dead letters alone, and they are all there once it has room', async (t) => {
    const deadLetterTopic = await makeOn(small(), 'letters')
    const offsets = '__consumer_offsets'
    // The next partition goes to the other folder, which has as few or fewer.
    await bus.groupPositions(deadLetterTopic, 'anybody', signal)
    await until('positions have a place', () => isOn(large(), offsets) || isOn(small(), offsets), LONG_MS)
    assert.ok(isOn(large(), offsets))
    const topic = await makeOn(large(), 'visits')
    const config = ConsumerConfig.parse({
      admin: { port: 0 },
      topic,
      deadLetterTopic,
      group: 'readers',
      bus: { kafka: { brokers: server.brokers, clientId: 'consumer' } },
      store: { sqlite: { path: folder.file('store.db') } },
      deadLetters: { whenRefused: 'wait' }
    })
    const controller = new AbortController()
    const ready = Promise.withResolvers<number>()
    const running = runConsumer({ config, log, registry: createRegistry('consumer'), progress: new Progress({ clock: systemClock }), clock: systemClock }, { onReady: ready.resolve }, controller.signal)

    try {
      const port = await Promise.race([ready.promise, running.then(() => 0)])
      const status = async (): Promise<ConsumerStatus> => ConsumerStatus.parse(await (await fetch(`http://127.0.0.1:${String(port)}/status`)).json())
      const visits = (): number => {
        using database = new DatabaseSync(folder.file('store.db'), { readOnly: true })
        return Number(database.prepare('SELECT count(*) AS n FROM visit').get()?.['n'])
      }

      disk.fill()
      await bus.publish(topic, [good(0), bad, good(1), bad], signal)
      await until('it waits', async () => (await status()).outage !== null, LONG_MS)
      await until('the good ones are stored', () => visits() === 2, LONG_MS)
      const { outage, committed } = await status()
      t.diagnostic(`${outage?.code ?? ''}: ${outage?.message ?? ''}`)
      assert.match(outage?.code ?? '', /^PP_BUS_/)
      assert.ok(committed < 4)

      disk.free()
      await server.kill(1)
      await server.start(1)
      await bus.publish(topic, [good(2)], signal)
      await until('all is committed', async () => (await status()).outage === null && visits() === 3, LONG_MS)
      await until('the letters are there', async () => (await listDeadLetters(bus, { topic, deadLetterTopic, group: 'readers' }, 100, signal)).total === 2, LONG_MS)
    } finally {
      controller.abort()
      await running
    }
  })
})
