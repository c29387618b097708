// A crawler that stands still in the middle of a crawl, like a throttled pod or a sleeping laptop, finds the same
// peers as without it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'
import { CrawlerStatus } from '../../core/contracts/status.ts'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { DevnetProcess } from '../../local/devnet/spawn.ts'
import { LocalRun } from '../support/local-run.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { DevnetTruth } from '../../local/devnet/truth.ts'

// Longer than any limit of a visit.
const STOPPED_MS = 10_000
const TRIES = 5
const LIMIT_MS = 120_000
const { signal } = new AbortController()

interface Result { crawl: { state: string, disturbed: boolean, lostMs: number }, population: { contacted: number, dhtServers: number }, database: string }

interface Crawled extends Result {
  /** Outcome of each peer's last visit, sorted. */
  outcomes: string[]
}

/** Few visits at a time, so that the crawl is long enough to be stopped in the middle. */
function manifestOf (truth: DevnetTruth): string {
  const manifest = devnetManifest(truth)
  Object.assign(manifest.spec.scans[0]!, { passive: { enabled: false }, active: { interval: '10m', dialTimeout: '2s', visitTimeout: '5s', concurrency: 8 } })

  return stringify(manifest)
}

/** Crawls the devnet once, in a separate process that the test may stop. */
async function crawl (truth: DevnetTruth, disturb?: (run: LocalRun, folder: TempFolder) => Promise<void>): Promise<Crawled> {
  using folder = new TempFolder()
  writeFileSync(folder.file('probe.yaml'), manifestOf(truth))
  await using run = new LocalRun([folder.file('probe.yaml'), '--once', '--json', '--data', folder.path], { cwd: folder.path })
  await disturb?.(run, folder)
  const { code, stdout, stderr } = await run.ended
  assert.equal(code, 0, stderr)
  const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as Result
  using database = new DatabaseSync(result.database, { readOnly: true })
  const rows = database.prepare('SELECT node_id, outcome, MAX(attempt) AS attempt FROM visit_detail GROUP BY node_id ORDER BY node_id').all()

  return { ...result, outcomes: rows.map(row => `${String(row['node_id'])} ${String(row['outcome'])}`) }
}

/** A crawl without a standstill. A busy machine may also stop a process, which the crawl reports correctly. */
async function calmCrawl (truth: DevnetTruth): Promise<Crawled> {
  for (let left = TRIES; ; left--) {
    const crawled = await crawl(truth)

    if (!crawled.crawl.disturbed || left === 1) {
      return crawled
    }
  }
}

async function statusOf (folder: TempFolder): Promise<CrawlerStatus | undefined> {
  try {
    const port = /"adminPort":(\d+)\D/.exec(readFileSync(`${folder.path}/logs/devnet-crawler-main.log`, 'utf8'))?.[1]

    return CrawlerStatus.parse(await (await fetch(`http://127.0.0.1:${port!}/status`)).json())
  } catch {
    return undefined // not up yet
  }
}

suite('a crawler process that is stopped in mid-crawl', () => {
  test('finds the population of an undisturbed crawl, and reports for how long it was disturbed', async (t) => {
    await using devnet = await DevnetProcess.open({ peers: 48 }, signal)
    const calm = await calmCrawl(devnet.truth)
    const duration = { stoppedMs: 0, restMs: 0 }
    let before: CrawlerStatus['crawl'] | undefined
    const disturbed = await crawl(devnet.truth, async (run, folder) => {
      await until('visits are in flight, and some peers are contacted', async () => {
        before = (await statusOf(folder))?.crawl

        return before != null && before.contacted >= 4 && before.inFlight >= 4
      }, LIMIT_MS)
      const [pid] = run.pidsOf('crawler')
      const stoppedAt = performance.now()
      process.kill(pid!, 'SIGSTOP')

      try {
        await delay(STOPPED_MS)
      } finally {
        process.kill(pid!, 'SIGCONT')
      }
      duration.stoppedMs = performance.now() - stoppedAt

      await until('the crawler has noticed', async () => ((await statusOf(folder))?.crawl?.lostMs ?? 0) > 0 || run.stdout.includes('"crawl"'), LIMIT_MS)
      await run.ended
      duration.restMs = performance.now() - stoppedAt
    })

    t.diagnostic(`stopped with ${String(before!.contacted)} contacted and ${String(before!.inFlight)} in flight; lost ${String(disturbed.crawl.lostMs)} ms`)
    assert.ok(before!.contacted < calm.population.contacted, 'the crawl was over before it was stopped')
    assert.deepEqual([calm.crawl.disturbed, calm.crawl.lostMs], [false, 0])
    assert.deepEqual([disturbed.crawl.state, disturbed.crawl.disturbed], ['finished', true])
    // On a busy machine the standstill may be longer than in the test, but not longer than the crawl.
    const { lostMs } = disturbed.crawl
    assert.ok(lostMs > duration.stoppedMs - 1_000 && lostMs <= duration.restMs, JSON.stringify({ ...duration, lostMs }))
    assert.deepEqual(disturbed.outcomes, calm.outcomes)
    assert.deepEqual([disturbed.population.contacted, disturbed.population.dhtServers], [calm.population.contacted, calm.population.dhtServers])
  })
})
