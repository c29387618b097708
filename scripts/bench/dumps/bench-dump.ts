/**
 * `npm run bench:dump`: what full dumps of nodes and visits take, in each format, each in a process of its own whose heap is limited.
 * The limit is that of the old generation (`--max-old-space-size`): a dump that needed more would end with an error.
 */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { RECORD_FORMATS } from '../../../consumer/records/formats/record-format.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { keysOf } from '../../../core/record-keys.ts'
import { wholeNumber } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { TempFolder } from '../../../test/support/temp-folder.ts'
import { loadVisit } from '../consume/visit-load.ts'
import { runMeasured } from '../jobs/measured-process.ts'
import { markdownTable } from '../markdown-table.ts'

const { peers, visits, heap } = new Command('bench:dump')
  .description('Dumps a SQLite database, and measures each process.')
  .option('--peers <n>', 'peers in the database', wholeNumber(1, 1_000_000), 200_000)
  .option('--visits <n>', 'visits in the database, at least', wholeNumber(1, 10_000_000), 1_000_000)
  .option('--heap <MB>', 'limit of the heap', wholeNumber(32, 4_096), 160)
  .parse()
  .opts<{ peers: number, visits: number, heap: number }>()

const PER_BATCH = 500
const INTERVAL_S = 600
const { signal } = new AbortController()
using folder = new TempFolder()
const database = folder.file('peerprobe.sqlite')
const rows: string[][] = []

await fill()

for (const content of ['nodes', 'visits'] as const) {
  for (const format of keysOf(RECORD_FORMATS)) {
    const { seconds, cpuMs, rssMb, output } = await runMeasured({
      main: 'scripts/bench/dumps/dump-process.ts',
      args: [database, folder.file(`${content}-${format}`), content, format],
      env: { NODE_OPTIONS: `--max-old-space-size=${String(heap)}` }
    }, signal)
    const { count, bytes } = JSON.parse(output) as { count: number, bytes: number }
    rows.push([content, format, String(count), (bytes / 1e6).toFixed(1), seconds.toFixed(1), (cpuMs / 1_000).toFixed(1), rssMb.toFixed(0)])
    process.stderr.write(`${rows.at(-1)?.join(' ') ?? ''}\n`)
  }
}

process.stdout.write(`${markdownTable(['content', 'format', 'records', 'file MB', 'seconds', 'CPU-s', 'RSS MB'], rows)}\n
Heap limited to ${String(heap)} MB; Node ${process.version}, ${String(availableParallelism())} cores, ${cpus()[0]?.model ?? 'unknown'}\n`)

async function fill (): Promise<void> {
  await using store = await SqliteStore.open({ clock: systemClock }, { path: database, coalesceWindowMs: INTERVAL_S * 1_000 })
  await store.migrate()
  const crawls = Math.ceil(visits / peers)
  const firstS = Math.floor(Date.now() / 1_000 / INTERVAL_S - crawls) * INTERVAL_S

  for (let crawl = 0; crawl < crawls; crawl++) {
    for (let from = 0; from < peers; from += PER_BATCH) {
      const batch = Array.from({ length: Math.min(PER_BATCH, peers - from) }, (_, i) => loadVisit(from + i, firstS + crawl * INTERVAL_S))
      await store.write({ visits: batch, crawls: [] })
    }
  }
}
