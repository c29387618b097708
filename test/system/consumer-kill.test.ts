import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { crawlMessage, visitMessage } from '../support/consumer/incoming.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, visitOf } from '../support/consumer/messages.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { ConsumerConfigInput } from '../../core/contracts/process-config.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { ChildProcess } from 'node:child_process'

const ENTRY = fileURLToPath(new URL('../../consumer/main.ts', import.meta.url))
const KILLS = process.env['PEERPROBE_FULL'] === '1' ? 20 : 5
const CONSUMERS = 2
const PEERS = 150
const BATCH = 40
const PAUSE_MS = 25
const SEED = Number(process.env['PEERPROBE_SEED'] ?? Date.now() % 1_000_000)
const { signal } = new AbortController()

/** Mulberry32: the same kills for the same seed. */
function seeded (seed: number): () => number {
  let state = seed

  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t

    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function startConsumer (configPath: string): ChildProcess {
  return fork(ENTRY, { env: { ...process.env, PEERPROBE_CONFIG: configPath }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

/** The n-th visit: peers come again and again, and every fifth visit fails. */
function nthVisit (n: number): Visit {
  const nodeId = `QmPeer${String(n % PEERS).padStart(4, '0').replaceAll('0', 'a')}`
  const crawlId = CRAWL_ID + Math.floor(n / PEERS)
  const at = { nodeId, crawlId, startedAt: new Date(crawlId * 1_000 + n % 1_000).toISOString() }

  return n % 5 === 0 ? failedVisitOf(at) : visitOf(at)
}

test(`every acknowledged visit is stored exactly once after ${String(KILLS)} kills of the consumers`, async (t) => {
  t.diagnostic(`PEERPROBE_SEED=${String(SEED)}`)
  const random = seeded(SEED)
  using folder = new TempFolder()
  await using bus = await EmbeddedBus.open({ log: createLogger({ level: 'silent' }), clock: systemClock }, { path: folder.file('bus.db') }, signal)
  for (const name of ['t', 't-dead-letters']) {
    await bus.ensureTopic({ name, partitions: 3, retentionMs: 3_600_000 }, signal)
  }
  writeFileSync(folder.file('consumer.json'), JSON.stringify({
    admin: { port: 0 },
    logLevel: 'error',
    bus: { embedded: { path: folder.file('bus.db') } },
    topic: 't',
    deadLetterTopic: 't-dead-letters',
    group: 'g',
    store: { sqlite: { path: folder.file('store.db') } },
    batch: { maxMessages: 50, maxWaitMs: 20 },
    dump: { folder: folder.file('dumps'), intervalMs: 1_000 }
  } satisfies ConsumerConfigInput))

  const acknowledged: Visit[] = []
  const state = { isPublishing: true }
  const publishing = (async () => {
    while (state.isPublishing) {
      const visits = Array.from({ length: BATCH }, (_, i) => nthVisit(acknowledged.length + i))
      await bus.publish('t', visits.map(visitMessage), signal)
      acknowledged.push(...visits)
      await delay(PAUSE_MS)
    }
    await bus.publish('t', [crawlMessage(crawlOf({ crawlId: CRAWL_ID + 1 }))], signal)
  })()

  const consumers = Array.from({ length: CONSUMERS }, () => startConsumer(folder.file('consumer.json')))
  try {
    await Promise.all(consumers.map(consumer => once(consumer, 'message')))

    for (let kill = 0; kill < KILLS; kill++) {
      await delay(Math.floor(random() * 1_500))
      const i = Math.floor(random() * CONSUMERS)
      consumers[i]!.kill('SIGKILL')
      await once(consumers[i]!, 'exit')
      consumers[i] = startConsumer(folder.file('consumer.json'))
    }
    state.isPublishing = false
    await publishing
    await until('nothing waits', async () => [...(await bus.groupLag('t', 'g', signal)).values()].every(lag => lag === 0), 120_000)

    for (const consumer of consumers) {
      consumer.kill('SIGTERM')
    }
    assert.deepEqual(await Promise.all(consumers.map(async consumer => consumer.exitCode ?? (await once(consumer, 'exit') as [number])[0])), [0, 0])
  } finally {
    state.isPublishing = false
    await publishing
    consumers.forEach(consumer => consumer.kill('SIGKILL'))
  }

  using database = new DatabaseSync(folder.file('store.db'), { readOnly: true })
  const count = (sql: string): unknown => database.prepare(`SELECT (${sql}) AS n`).get()?.['n']
  const stored = database.prepare('SELECT crawl_id, node_id, outcome, started_at FROM visit_detail ORDER BY crawl_id, node_id').all().map(row => Object.values(row).join(' '))
  const expected = acknowledged.map(({ crawlId, nodeId, outcome, startedAt }) => [crawlId, nodeId, outcome, startedAt.replace('T', ' ').replace('Z', '')].join(' '))

  t.diagnostic(`${String(acknowledged.length)} visits`)
  assert.deepEqual(stored, expected.sort())
  assert.equal(count('SELECT count(*) FROM visit'), acknowledged.length)
  assert.equal(count('SELECT count(*) FROM node_info'), new Set(acknowledged.filter(({ outcome }) => outcome === 'ok').map(({ nodeId }) => nodeId)).size)
  assert.equal(count('SELECT state FROM crawl'), 'finished')
  assert.deepEqual(await bus.read('t-dead-letters', 0, 0, 10), [])
  assert.equal(count('SELECT integrity_check FROM pragma_integrity_check LIMIT 1'), 'ok')
})
