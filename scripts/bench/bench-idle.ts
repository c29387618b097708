/**
 * `npm run bench:idle`: the cost of `npm start` between two crawls. It crawls the practice network once and then
 * measures each process at rest: processor time, and how often it wakes up (voluntary context switches of all of its threads,
 * as the kernel counts them).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { wholeNumber } from '../../core/text/option-text.ts'
import { LocalRun } from '../../test/support/local-run.ts'
import { TempFolder } from '../../test/support/temp-folder.ts'
import { until } from '../../test/support/until.ts'
import { markdownTable } from './markdown-table.ts'
import { cpuMsOf } from './process-cost.ts'

const { seconds, settle, json } = new Command('bench:idle')
  .description('Measures the processes of `npm start` between two crawls.')
  .option('--seconds <n>', 'how long to measure', wholeNumber(5, 300), 30)
  .option('--settle <n>', 'seconds to wait after the crawl', wholeNumber(1, 120), 10)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<{ seconds: number, settle: number, json: boolean }>()

interface Sample { cpuMs: number, switches: number }

const CRAWL_LIMIT_MS = 120_000

using folder = new TempFolder()
await using run = new LocalRun(['--data', folder.path], { cwd: folder.path })
await until('the first crawl is stored', () => run.stdout.includes('Database'), CRAWL_LIMIT_MS)
await delay(settle * 1_000)

const processes = [{ name: 'runner', pid: run.pid }, ...(['consumer', 'crawler'] as const).flatMap(name => run.pidsOf(name).map(pid => ({ name, pid })))]
const before = processes.map(({ pid }) => sampleOf(pid))
const startedAt = performance.now()
await delay(seconds * 1_000)
const after = processes.map(({ pid }) => sampleOf(pid))
const elapsedMs = performance.now() - startedAt

const rows = processes.map(({ name }, i) => ({
  name,
  cpuPercent: 100 * ((after[i]?.cpuMs ?? 0) - (before[i]?.cpuMs ?? 0)) / elapsedMs,
  wakeUpsPerSecond: 1_000 * ((after[i]?.switches ?? 0) - (before[i]?.switches ?? 0)) / elapsedMs
}))

process.stdout.write(json
  ? `${JSON.stringify({ seconds, rows })}\n`
  : markdownTable(['process', 'CPU, % of a core', 'wake-ups a second'], rows.map(({ name, cpuPercent, wakeUpsPerSecond }) => [name, cpuPercent.toFixed(2), wakeUpsPerSecond.toFixed(1)])))

function sampleOf (pid: number): Sample {
  const tasks = readdirSync(`/proc/${String(pid)}/task`)
  const switches = tasks.map(task => Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${String(pid)}/task/${task}/status`, 'utf8'))?.[1] ?? 0))

  return { cpuMs: cpuMsOf(pid), switches: switches.reduce((sum, n) => sum + n, 0) }
}
