// Run by a test in its own mount namespace: publishes, stores and dumps on a file system that becomes full. Prints
// the results as JSON.
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runConsumer } from '../../consumer/run-consumer.ts'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { ConsumerConfig } from '../../core/contracts/process-config.ts'
import { DiskWatch } from '../../core/disk/disk-watch.ts'
import { createLogger } from '../../core/process/logger.ts'
import { createRegistry } from '../../core/process/metrics.ts'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { Publisher } from '../../crawler/publish/publisher.ts'
import { visitMessage } from './consumer/incoming.ts'
import { CRAWL_ID, PEERS, visitOf } from './consumer/messages.ts'
import { until } from './until.ts'

const [folder = '', shareText = '0'] = process.argv.slice(2)
const minFreeShare = Number(shareText)
const marks = { minFreeBytes: 1e12, minFreeShare }
const log = createLogger({ level: 'silent' })
const clock = systemClock
const stop = new AbortController()
const at = (name: string): string => join(folder, name)
const fill = (leave: number): void => {
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(at('ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leave)))
}

await using bus = await EmbeddedBus.open({ log, clock }, { path: at('bus.sqlite') }, stop.signal)
for (const name of ['t', 't-dead-letters']) {
  await bus.ensureTopic({ name, partitions: 3, retentionMs: 3_600_000 }, stop.signal)
}
const disks = new DiskWatch({ clock, log }, { bus: folder }, marks)
const watching = disks.run(stop.signal)
const publisher = Publisher.open({ bus, clock, log }, { topic: 't', flushTimeoutMs: 5_000 })
const config = ConsumerConfig.parse({
  admin: { port: 0 },
  topic: 't',
  deadLetterTopic: 't-dead-letters',
  group: 'g',
  bus: { embedded: { path: at('bus.sqlite') } },
  store: { sqlite: { path: at('store.sqlite') } },
  dump: { folder: at('dumps'), intervalMs: 1_000 },
  disk: marks,
  retention: {}
})
const ready = Promise.withResolvers<number>()
const consuming = runConsumer({ config, log, registry: createRegistry('consumer'), progress: new Progress({ clock }), clock }, { onReady: ready.resolve }, stop.signal)
let failure: unknown
consuming.catch((err: unknown) => {
  failure = err
})
const port = await ready.promise
const readyz = async (): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/readyz`)

  return `${String(answer.status)} ${(await answer.text()).trim()}`
}

let sent = 0
const publish = (count: number): void => {
  for (let i = 0; i < count; i++, sent++) {
    const { key, value, headers } = visitMessage(visitOf({ crawlId: CRAWL_ID + sent, nodeId: PEERS[sent % PEERS.length]! }))
    publisher.accept({ key, value, headers })
  }
}
const stored = (): number => {
  using database = new DatabaseSync(at('store.sqlite'), { readOnly: true })

  return Number(database.prepare('SELECT count(*) AS n FROM visit').get()?.['n'])
}

publish(200)
await until('the first are stored', () => stored() === 200)
fill(0)
await until('the disk is low', () => minFreeShare === 0 || disks.room() !== undefined)
publish(2_000)
// This much does not fit any more: the publisher or the consumer has to wait, with or without a low-disk mark.
// Where there is a mark, the consumer sees it by itself, maybe later than the publisher.
let said = ''
await until('somebody waits', async () => {
  said = await readyz()

  return failure !== undefined || !said.startsWith('200') || (minFreeShare === 0 && publisher.status().outage !== undefined)
})
const whenFull = { outage: publisher.status().outage?.code, readyz: said, waits: disks.room() !== undefined, failed: failure !== undefined }
await until('the publisher tries again', () => failure !== undefined || publisher.status().retries > 2 || minFreeShare > 0)
rmSync(at('ballast'))
await until('all is stored and ready', async () => {
  const isDone = stored() === sent && publisher.status().outage === undefined

  return failure !== undefined || (isDone && (await readyz()).startsWith('200'))
})
await until('the disk has room', () => disks.room() === undefined)
const after = {
  stored: failure === undefined ? stored() : -1,
  sent,
  lost: publisher.status().refused,
  readyz: failure === undefined ? await readyz() : String(failure)
}
await publisher[Symbol.asyncDispose]()
stop.abort()
await Promise.allSettled([consuming, watching])
process.stdout.write(`${JSON.stringify({ whenFull, after })}\n`)
