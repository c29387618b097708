import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { pino } from 'pino'
import { runConsumer } from '../../consumer/run-consumer.ts'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { ConsumerConfig } from '../../core/contracts/process-config.ts'
import { createRegistry } from '../../core/process/metrics.ts'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { crawlMessage, visitMessage } from '../support/consumer/incoming.ts'
import { CRAWL_ID, crawlOf, PEERS, visitOf } from '../support/consumer/messages.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { ConsumerConfigInput } from '../../core/contracts/process-config.ts'

const { signal } = new AbortController()
const log = pino({ level: 'silent' })

interface Running extends AsyncDisposable {
  bus: EmbeddedBus
  folder: TempFolder
  get: (path: string) => Promise<Response>
  status: () => Promise<ConsumerStatus>
  stop: () => Promise<void>
  ended: Promise<void>
}

async function start (overrides: Partial<ConsumerConfigInput> = {}): Promise<Running> {
  const folder = new TempFolder()
  const bus = await EmbeddedBus.open({ log, clock: systemClock }, { path: folder.file('bus.db') }, signal)
  for (const name of ['t', 't-dead-letters']) {
    await bus.ensureTopic({ name, partitions: 3, retentionMs: 3_600_000 }, signal)
  }
  const config = ConsumerConfig.parse({
    admin: { port: 0 },
    topic: 't',
    deadLetterTopic: 't-dead-letters',
    group: 'g',
    bus: { embedded: { path: folder.file('bus.db') } },
    store: { sqlite: { path: folder.file('store.db') } },
    batch: { maxWaitMs: 5 },
    dump: { folder: folder.file('dumps') },
    retention: {},
    ...overrides
  } satisfies ConsumerConfigInput)
  const controller = new AbortController()
  const ready = Promise.withResolvers<number>()
  const running = runConsumer({ config, log, registry: createRegistry('consumer'), progress: new Progress({ clock: systemClock }), clock: systemClock }, { onReady: ready.resolve }, controller.signal)
  const port = await Promise.race([ready.promise, running.then(() => 0)])
  const get = async (path: string): Promise<Response> => await fetch(`http://127.0.0.1:${String(port)}${path}`)
  const stop = async (): Promise<void> => {
    controller.abort()
    await running
  }

  return {
    bus,
    folder,
    get,
    stop,
    ended: running,
    status: async () => ConsumerStatus.parse(await (await get('/status')).json()),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled([stop()])
      await bus[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    }
  }
}

suite('runConsumer', () => {
  test('stores what is published, dead-letters what cannot be, says so, and dumps when it stops', async () => {
    await using consumer = await start()
    const { bus, folder, get, status, stop } = consumer
    await bus.publish('t', [...PEERS.map(nodeId => visitMessage(visitOf({ nodeId }))), crawlMessage(crawlOf()), { key: 'k', value: Buffer.from('{'), headers: {} }], signal)
    await until('all is committed', async () => (await status()).committed === 5)
    await until('the lag is read', async () => (await status()).lag?.total === 0)
    const { rows, deadLetters, lag, consumed } = await status()

    assert.deepEqual([rows['node_info'], rows['visit'], rows['crawl'], consumed], [3, 3, 1, 5])
    assert.deepEqual(deadLetters, { PP_MESSAGE_INVALID: 1 })
    assert.deepEqual(Object.keys(lag!.partitions), ['0', '1', '2'])
    assert.equal((await get('/readyz')).status, 200)
    assert.equal((await get('/livez')).status, 200)
    assert.match(await (await get('/metrics')).text(), /peerprobe_consumer_committed_messages_total\{component="consumer"\} 5/)
    await stop()

    const files = readdirSync(folder.file('dumps'))
    const dump = files.find(name => name.endsWith('.ndjson.zst'))!
    assert.deepEqual(files.filter(name => name !== dump), ['manifest.json'])
    assert.equal(zstdDecompressSync(readFileSync(folder.file(`dumps/${dump}`))).toString().trimEnd().split('\n').length, 3)
    using database = new DatabaseSync(folder.file('store.db'), { readOnly: true })
    assert.equal(database.prepare('SELECT count(*) AS n FROM visit_detail').get()?.['n'], 3)
  })

  test('is not ready while the database is locked, and loses nothing', async () => {
    await using consumer = await start({ retry: { attempts: 0 } })
    const { bus, folder, get, status } = consumer
    using blocker = new DatabaseSync(folder.file('store.db'))
    blocker.exec('BEGIN IMMEDIATE')
    await bus.publish('t', [visitMessage(visitOf())], signal)
    await until('it notices', async () => (await status()).outage !== null)
    assert.equal((await get('/readyz')).status, 503)
    assert.equal((await status()).committed, 0)
    blocker.exec('ROLLBACK')
    await until('it goes on', async () => (await status()).committed === 1)

    assert.equal((await get('/readyz')).status, 200)
    assert.equal((await status()).outage, null)
  })

  test('stores the good messages among many bad ones, says that there are many, and goes on', async () => {
    await using consumer = await start()
    const { bus, status, get } = consumer
    const bad = { key: 'k', value: Buffer.from('{'), headers: {} }
    await bus.publish('t', Array.from({ length: 305 }, (_, i) => i % 4 === 0 ? bad : visitMessage(visitOf({ crawlId: CRAWL_ID + i }))), signal)
    await until('all is committed', async () => (await status()).committed === 305)
    const { rows, deadLetters, deadLetterProblem, outage } = await status()

    assert.deepEqual([rows['visit'], deadLetters, outage], [228, { PP_MESSAGE_INVALID: 77 }, null])
    assert.equal(deadLetterProblem?.code, 'PP_DEAD_LETTER_RATE')
    assert.match(deadLetterProblem.message, /^77 of the last 305 messages/)
    assert.match(await (await get('/metrics')).text(), /peerprobe_consumer_dead_letter_share\{component="consumer"\} 0\.25/)
    assert.equal((await get('/readyz')).status, 200)
    await bus.publish('t', [visitMessage(visitOf({ nodeId: PEERS[1] }))], signal)
    await until('it goes on', async () => (await status()).committed === 306)
  })
})
