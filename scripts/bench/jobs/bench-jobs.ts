/**
 * `npm run bench:jobs`: what the commands and jobs take that read or rewrite a whole database, each in its own process, on a SQLite
 * database with so many peers, each seen in two crawls ten minutes apart.
 */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { wholeNumber } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { crawlOf } from '../../../test/support/consumer/messages.ts'
import { TempFolder } from '../../../test/support/temp-folder.ts'
import { loadVisit } from '../consume/visit-load.ts'
import { markdownTable } from '../markdown-table.ts'
import { runMeasured } from './measured-process.ts'
import { measuredSteps } from './measured-steps.ts'

const { peers, json } = new Command('bench:jobs')
  .description('Runs the commands and jobs that read a whole database, and measures each process.')
  .option('--peers <n>', 'peers in the database', wholeNumber(1, 1_000_000), 100_000)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<{ peers: number, json: boolean }>()

const PER_BATCH = 500
const INTERVAL_S = 600
const { signal } = new AbortController()
using folder = new TempFolder()
const database = folder.file('peerprobe.sqlite')
const rows: { name: string, seconds: number, cpuMs: number, rssMb: number }[] = []

await fill()

for (const { name, command } of measuredSteps({ database, folder, peers })) {
  const { seconds, cpuMs, rssMb } = await runMeasured(command, signal)
  rows.push({ name, seconds, cpuMs, rssMb })
  process.stderr.write(`${name}: ${seconds.toFixed(1)} s, ${rssMb.toFixed(0)} MB\n`)
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, peers, rows })}\n`
  : `${table()}\n\n${String(peers)} peers; Node ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function fill (): Promise<void> {
  await using store = await SqliteStore.open({ clock: systemClock }, { path: database, coalesceWindowMs: INTERVAL_S * 1_000 })
  await store.migrate()
  const lastS = Math.floor(Date.now() / 1_000 / INTERVAL_S) * INTERVAL_S - INTERVAL_S

  for (const crawlId of [lastS - INTERVAL_S, lastS]) {
    for (let from = 0; from < peers; from += PER_BATCH) {
      await store.write({ visits: Array.from({ length: Math.min(PER_BATCH, peers - from) }, (_, i) => loadVisit(from + i, crawlId)), crawls: [] })
    }
    await store.write({ visits: [], crawls: [crawlOf({ crawlId, scan: loadVisit(0, crawlId).scan, disturbed: false })] })
  }
}

function table (): string {
  return markdownTable(['command or job', 'seconds', 'CPU-s', 'RSS MB'], rows.map(({ name, seconds, cpuMs, rssMb }) =>
    [name, seconds.toFixed(1), (cpuMs / 1_000).toFixed(1), rssMb.toFixed(0)]))
}
