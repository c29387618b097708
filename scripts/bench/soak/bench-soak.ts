/**
 * `npm run bench:soak`: many crawls at a short interval, as in a day at the default interval, by the local runner with a virtual
 * network: the memory and the open files of each process, and the files of the run, after each crawl.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { openDatabase } from '../../../core/files/sqlite.ts'
import { wholeNumber } from '../../../core/text/option-text.ts'
import { LocalRun } from '../../../test/support/local-run.ts'
import { TempFolder } from '../../../test/support/temp-folder.ts'
import { benchScan } from '../bench-scan.ts'
import { VirtualNetwork } from '../virtual-network/virtual-network.ts'
import { fileTable, processTable } from './soak-report.ts'
import type { FileSample, ProcessSample } from './soak-report.ts'

const { crawls, interval, peers, dead, json } = new Command('bench:soak')
  .description('Crawls a virtual network many times, and measures whether anything grows.')
  .option('--crawls <n>', 'crawls', wholeNumber(4, 10_000), 200)
  .option('--interval <seconds>', 'time between two crawls', wholeNumber(1, 3_600), 6)
  .option('--peers <n>', 'peers of the network', wholeNumber(10, 10_000), 300)
  .option('--dead <percent>', 'share of peers that do not answer', wholeNumber(0, 90), 10)
  .option('--json', 'one JSON object with all samples instead of tables', false)
  .parse()
  .opts<{ crawls: number, interval: number, peers: number, dead: number, json: boolean }>()

const stop = new AbortController()
process.once('SIGINT', () => {
  stop.abort()
})

using folder = new TempFolder()
await using _ = await VirtualNetwork.open({ peers, dead: dead / 100, addresses: 6 }, stop.signal)
writeFileSync(folder.file('soak.yaml'), JSON.stringify(manifest()))
await using run = new LocalRun([folder.file('soak.yaml'), '--data', folder.file('data'), '--listen', '127.0.0.1', '--min-free', '64'], { cwd: folder.path })
const processes = new Map<string, ProcessSample[]>()
const files: FileSample[] = []

for (let stored = 0; stored < crawls && !stop.signal.aborted;) {
  await delay(interval * 1_000)
  const now = storedCrawls()

  if (now > stored) {
    stored = now
    sample(stored)
  }
}

process.stdout.write(json
  ? `${JSON.stringify({ interval, peers, dead, processes: Object.fromEntries(processes), files })}\n`
  : `${processTable(processes)}\n\n${fileTable(files)}\n\n${String(crawls)} crawls of ${String(peers)} peers\n`)

// The shortest keeping times that a resource may have: what is bounded must show it within the run.
function manifest (): object {
  const { network: { name, bootstrapPeers, protocols } } = benchScan({ strategy: 'Census', concurrency: 100 })

  return {
    apiVersion: 'peerprobe.dev/v1alpha1',
    kind: 'PeerProbe',
    metadata: { name: 'soak' },
    spec: {
      scans: [{
        name: 'main',
        network: { name, bootstrapPeers, protocols },
        active: { interval: `${String(interval)}s`, strategy: 'Census', concurrency: 100, dialTimeout: '2s', visitTimeout: '5s' },
        addresses: { policy: 'Any' },
        passive: { port: 4_003 }
      }],
      consumer: { dump: { enabled: true, interval: '20s', keep: '2m' } }
    }
  }
}

function storedCrawls (): number {
  try {
    using database = openDatabase(databasePath(), { busyTimeoutMs: 5_000, readOnly: true })

    return Number(database.prepare('SELECT COUNT(*) AS n FROM crawl WHERE state = \'finished\'').get()?.['n'] ?? 0)
  } catch (err) {
    if (processes.size > 0) {
      throw err
    }

    return 0 // it has no table yet
  }
}

function databasePath (): string {
  return join(folder.path, 'data', 'peerprobe.sqlite')
}

function sample (stored: number): void {
  const pids = [['runner', run.pid], ...(['crawler', 'consumer'] as const).flatMap(name => run.pidsOf(name).map(pid => [name, pid] as const))] as const

  for (const [name, pid] of pids) {
    const memoryMb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1_024
    const of = processes.get(name) ?? []
    processes.set(name, of)
    of.push({ crawls: stored, memoryMb, files: readdirSync(`/proc/${String(pid)}/fd`).length })
  }

  files.push({ crawls: stored, ...fileSizes() })
  process.stderr.write(`${String(stored)} crawls: ${[...processes].map(([name, of]) => `${name} ${of.at(-1)?.memoryMb.toFixed(0) ?? '?'} MB`).join(', ')}\n`)
}

function fileSizes (): Omit<FileSample, 'crawls'> {
  const all = readdirSync(join(folder.path, 'data'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const sizes = all.map(({ name, parentPath }) => ({ name, inDumps: parentPath.endsWith('dumps'), mb: sizeOf(join(parentPath, name)) / 1_000_000 }))
  const sum = (matches: (file: typeof sizes[number]) => boolean): number => sizes.filter(matches).reduce((total, { mb }) => total + mb, 0)

  return {
    logMb: sum(({ name }) => name.startsWith('bus')),
    databaseMb: sum(({ name }) => name.startsWith('peerprobe.sqlite')),
    dumpsMb: sum(({ inDumps }) => inDumps),
    count: all.length
  }
}

// A dump that has become too old may have been removed meanwhile.
function sizeOf (path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
