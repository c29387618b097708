// What real processes say of a Kafka that does not do what they need: at /readyz, at /status, in metrics and log.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { CrawlerStatus } from '../../core/contracts/status.ts'
import { isChildReady } from '../../core/process/parent-link.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { Child } from '../support/child.ts'
import { ConsumerProcess } from '../support/data-path/consumer-process.ts'
import { apart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { ConsumerConfigInput, CrawlerConfigInput } from '../../core/contracts/process-config.ts'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: 'silent' }), clock: systemClock }
const CRAWLER = fileURLToPath(new URL('../../crawler/main.ts', import.meta.url))
const NOBODY = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'
const LONG_MS = 90_000

const get = async (port: number, path: string): Promise<{ code: number, text: string }> => {
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`)
  return { code: response.status, text: await response.text() }
}

suite('processes on Kafka', { skip: 'missing' in found ? found.missing : false }, () => {
  let server: KafkaServer
  let folder: TempFolder
  let bus: KafkaBus

  before(async () => {
    folder = new TempFolder()
    server = await KafkaServer.open('at' in found ? found.at : '')
    bus = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal)
  })
  after(async () => {
    await bus[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function make (partitions: number): Promise<string> {
    const topic = apart()

    for (const name of [topic, `${topic}-dead-letters`]) {
      await bus.ensureTopic({ name, partitions, retentionMs: 3_600_000 }, signal)
    }

    return topic
  }

  function consume (topic: string, group: string): ConsumerProcess {
    const path = folder.file(`${apart()}.json`)
    writeFileSync(path, JSON.stringify({
      admin: { port: 0 },
      bus: { kafka: { brokers: server.brokers, clientId: 'test' } },
      topic,
      deadLetterTopic: `${topic}-dead-letters`,
      group,
      store: { sqlite: { path: folder.file(`${apart()}.sqlite`) } }
    } satisfies ConsumerConfigInput))

    return new ConsumerProcess(path)
  }

  const problemOf = async (consumer: ConsumerProcess): Promise<ConsumerStatus['groupProblem']> => {
    return ConsumerStatus.parse(JSON.parse((await get(await consumer.ready, '/status')).text)).groupProblem
  }

  test('a consumer says that others in its group read another topic, and one too many says that it has no partition', async () => {
    const [one, two] = [await make(3), await make(1)]
    const [shared, crowd] = [apart(), apart()]
    await using first = consume(one, shared)
    await using second = consume(two, shared)
    await using third = consume(two, crowd)
    await using fourth = consume(two, crowd)
    await Promise.all([first, second, third, fourth].map(async ({ ready }) => await ready))
    await until('all is said', async () => await problemOf(first) !== null && await problemOf(second) !== null && (await problemOf(third) ?? await problemOf(fourth)) !== null, LONG_MS)
    const [ofFirst, ofSecond] = [await problemOf(first), await problemOf(second)]
    const idle = await problemOf(third) ?? await problemOf(fourth)

    assert.deepEqual([ofFirst?.code, ofSecond?.code, idle?.code], ['PP_GROUP_CONFLICT', 'PP_GROUP_CONFLICT', 'PP_GROUP_IDLE'])
    assert.ok(ofFirst?.message.includes(two) === true && ofSecond?.message.includes(one) === true)
    assert.equal(await first.counter('peerprobe_consumer_group_problem', 'code="PP_GROUP_CONFLICT"'), 1)
    assert.equal(await first.counter('peerprobe_consumer_group_problem', 'code="PP_GROUP_IDLE"'), 0)
    await until('it is in the log', () => /"level":"error".*"code":"PP_GROUP_CONFLICT"/.test(first.output))
  })

  test('a crawler that cannot publish is not ready and says why, until it can', async () => {
    const topic = await make(1)
    const path = folder.file('crawler.json')
    writeFileSync(path, JSON.stringify({
      admin: { port: 0 },
      scanId: 'default/lab/main',
      scan: {
        name: 'main',
        network: { name: 'lab', bootstrapPeers: [NOBODY], protocols: ['/lab/kad/1.0.0'] },
        active: { interval: '1s' },
        passive: { enabled: false },
        addresses: { policy: 'Any' }
      },
      bus: { kafka: { brokers: server.brokers, clientId: 'test' } },
      topic
    } satisfies CrawlerConfigInput))
    const process_ = fork(CRAWLER, { env: { ...process.env, PEERPROBE_CONFIG: path }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    await using crawler = new Child(process_)
    const [message] = await once(process_, 'message') as [unknown]
    const port = isChildReady(message) ? message.adminPort : 0
    const publisher = async (): Promise<CrawlerStatus['publisher']> => CrawlerStatus.parse(JSON.parse((await get(port, '/status')).text)).publisher
    await until('it publishes', async () => (await publisher()).acknowledged > 0)
    assert.equal((await get(port, '/readyz')).code, 200)
    await server.kill(1)
    await until('it is not ready', async () => (await get(port, '/readyz')).code === 503, LONG_MS)
    const { text } = await get(port, '/readyz')
    const { outage, acknowledged } = await publisher()

    assert.match(text, /Kafka at 127\.0\.0\.1:\d+/)
    assert.ok(outage !== null && outage.code.startsWith('PP_BUS_') && text.includes('Kafka at'), JSON.stringify(outage))
    assert.match((await get(port, '/metrics')).text, /peerprobe_crawler_publisher_outage\S* 1\n/)
    await server.start(1)
    await until('it is ready again and publishes', async () => (await get(port, '/readyz')).code === 200 && (await publisher()).acknowledged > acknowledged, LONG_MS)

    assert.equal((await publisher()).outage, null)
    assert.equal(await crawler.stop(), 0)
  })
})
