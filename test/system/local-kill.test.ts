import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { CRAWL_TYPE } from '../../core/contracts/crawl.ts'
import { VISIT_TYPE } from '../../core/contracts/visit.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { DevnetProcess } from '../../local/devnet/spawn.ts'
import { LocalRun } from '../support/local-run.ts'
import { freePortPair } from '../support/servers/free-ports.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { Crawl } from '../../core/contracts/crawl.ts'
import type { Visit } from '../../core/contracts/visit.ts'

const KILLS = process.env['PEERPROBE_FULL'] === '1' ? 20 : 3
const MAX_PAUSE_MS = 2_500
const signal = new AbortController().signal

interface Acknowledged {
  visits: Visit[]
  crawls: Crawl[]
}

/** Everything that the bus ever acknowledged. */
async function readBus (path: string): Promise<Acknowledged> {
  await using bus = await EmbeddedBus.open({ log: createLogger({ level: 'silent' }), clock: systemClock }, { path }, signal)
  const found: Acknowledged = { visits: [], crawls: [] }

  for (const { partition } of await bus.partitions('ipfs-nodes')) {
    for (const { headers, value } of await bus.read('ipfs-nodes', partition, 0, 100_000)) {
      const body: unknown = JSON.parse(Buffer.from(value).toString())
      assert.ok([VISIT_TYPE, CRAWL_TYPE].includes(headers['ce_type']!))
      if (headers['ce_type'] === VISIT_TYPE) {
        found.visits.push(body as Visit)
      } else {
        found.crawls.push(body as Crawl)
      }
    }
  }

  return found
}

test(`every acknowledged visit is stored once after ${String(KILLS)} kills of crawler and consumer, and the next crawl is whole`, async (t) => {
  using folder = new TempFolder()
  await using devnet = await DevnetProcess.open({ peers: 32 }, signal)
  const manifest = devnetManifest(devnet.truth, await freePortPair())
  manifest.spec.scans[0]!.active!.interval = '3s'
  writeFileSync(folder.file('probe.yaml'), stringify(manifest))

  await using run = new LocalRun([folder.file('probe.yaml'), '--data', folder.path, '--json'], { cwd: folder.path })
  const killed: string[] = []

  for (let i = 0; i < KILLS; i++) {
    const component = i % 2 === 0 ? 'crawler' as const : 'consumer' as const
    await until(`a ${component} runs`, () => run.pidsOf(component).length === 1, 120_000) // its back-off grows to 30 s
    const pauseMs = Math.floor(Math.random() * MAX_PAUSE_MS)
    await delay(pauseMs)
    const [pid] = run.pidsOf(component)
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL')
      killed.push(`${component} after ${String(pauseMs)} ms`)
      await until(`the ${component} is gone`, () => !run.pidsOf(component).includes(pid))
    }
  }
  t.diagnostic(killed.join(', '))
  assert.equal(killed.length, KILLS)

  const finished = (): number => run.stdout.split('crawl finished').length
  const before = finished()
  await until('two more crawls have finished', () => finished() >= before + 2, 120_000)
  run.signal('SIGTERM')
  const { code, stdout, stderr } = await run.ended
  assert.equal(code, 0, stderr)

  const { visits, crawls } = await readBus(folder.file('bus.sqlite'))
  using database = new DatabaseSync(folder.file('peerprobe.sqlite'), { readOnly: true })
  const stored = database.prepare('SELECT scan, crawl_id, node_id, source, attempt FROM visit_detail').all()
  const keyOf = ({ scan, crawlId, nodeId, source, attempt }: Pick<Visit, 'scan' | 'crawlId' | 'nodeId' | 'source' | 'attempt'>): string => [scan, crawlId, nodeId, source, attempt].join(' ')
  const acknowledged = [...new Set(visits.map(keyOf))].sort()

  assert.deepEqual(stored.map(row => Object.values(row).join(' ')).sort(), acknowledged)
  assert.deepEqual(visits.map(keyOf).sort(), acknowledged, 'a visit was published twice')

  const ended = new Set(crawls.filter(({ state }) => state !== 'started').map(({ crawlId }) => crawlId))
  const states = database.prepare('SELECT crawl_id, state, contacted FROM crawl ORDER BY crawl_id').all()
  assert.deepEqual(states.filter(row => !ended.has(Number(row['crawl_id']))).map(row => row['state']).filter(state => state !== 'aborted'), [], 'a killed crawl is aborted')
  assert.equal(states.findLast(row => row['state'] === 'finished')?.['contacted'], devnet.truth.contactable)
  assert.equal((JSON.parse(stdout.trim().split('\n').at(-1)!) as { population: { contacted: number } }).population.contacted, devnet.truth.contactable)
})
