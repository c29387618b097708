/**
 * `npm run bench:sessions`: what it takes to derive sessions from a million visits, by the product's own job in its own process:
 * all at once, and again after the crawls of one more hour, as the hourly job does.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { openStore } from '../../../consumer/store/open-store.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { wholeNumber } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { mariadbKind } from '../../../test/support/servers/mariadb-server.ts'
import { SqlServer } from '../../../test/support/servers/sql-server.ts'
import { TempFolder } from '../../../test/support/temp-folder.ts'
import { mariadb } from '../../provision/mariadb.ts'
import { runMeasured } from '../jobs/measured-process.ts'
import { markdownTable } from '../markdown-table.ts'
import { cpuMsOf } from '../process-cost.ts'
import { sessionLoad } from './session-load.ts'
import type { NodeStore, StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { StoreConfig } from '../../../core/contracts/process-config.ts'
import type { MeasuredEnd } from '../jobs/measured-process.ts'

const SERVERS = ['sqlite', 'mariadb'] as const
type Server = typeof SERVERS[number]

interface Options { peers: number, visits: number, interval: number, servers: Server[], json: boolean }

/** A place for the visits, and the CPU time of its server so far. */
interface Place { store: StoreConfig, serverCpuMs: () => number }

interface Row { server: Server, step: string, peers: number, visits: number, written: number, end: MeasuredEnd, serverCpuMs: number }

const { peers, visits, interval, servers, json } = new Command('bench:sessions')
  .description('Derives sessions from simulated visits, and measures the process that does it.')
  .option('--peers <n>', 'simulated peers', wholeNumber(1, 500_000), 10_000)
  .option('--visits <n>', 'visits of the first derivation', wholeNumber(1, 20_000_000), 1_000_000)
  .option('--interval <seconds>', 'time between two crawls', wholeNumber(60, 86_400), 1_800)
  .option('--servers <list>', `databases, of ${SERVERS.join(', ')}`, parseServers, [...SERVERS])
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<Options>()

const HOUR_S = 3_600
const PER_BATCH = 500
const KEEP_MS = 365 * 86_400_000
const FROM_S = 1_767_225_600
const { signal } = new AbortController()
const log = createLogger({ level: 'warn' })
const rows: Row[] = []

for (const server of servers) {
  await measure(server)
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, interval, rows })}\n`
  : `${table()}\n\nNode ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function measure (server: Server): Promise<void> {
  using folder = new TempFolder()
  await using stack = new AsyncDisposableStack()
  const place = server === 'sqlite' ? { store: { sqlite: { path: folder.file('peerprobe.sqlite') } }, serverCpuMs: () => 0 } : await mariadbPlace(stack, folder)
  const crawls = sessionLoad({ peers, visits: visits + peers * HOUR_S / interval, intervalS: interval, fromS: FROM_S })
  await using store = await openStore(place.store, { clock: systemClock }, { coalesceWindowMs: 0 })
  await store.migrate()
  let [written, lastHour] = [0, 0]

  for (const batch of crawls) {
    await write(store, batch)
    written += batch.visits.length
    lastHour += batch.visits.length

    if (written >= visits && written - batch.visits.length < visits) {
      await derive({ server, step: 'all visits', visits: written }, place, folder)
      lastHour = 0
    }
  }

  await derive({ server, step: 'one more hour', visits: lastHour }, place, folder)
}

async function mariadbPlace (stack: AsyncDisposableStack, folder: TempFolder): Promise<Place> {
  const found = await mariadb.provide(signal)

  if ('missing' in found) {
    throw new TypeError(found.missing)
  }

  const sql = stack.use(await SqlServer.open(mariadbKind(found.at), ['--innodb-buffer-pool-size=1G']))
  const root = await sql.root()
  await root.query('CREATE DATABASE bench')
  await root.end()
  writeFileSync(folder.file('password'), '')
  const passwordFile = folder.file('password')

  return {
    store: { mysql: { host: '127.0.0.1', port: sql.port, database: 'bench', username: 'root', passwordFile, maxOpenConns: 4, maxIdleConns: 4 } },
    serverCpuMs: () => cpuMsOf(sql.pid)
  }
}

async function write (store: NodeStore, { visits: all, crawls }: StoreBatch): Promise<void> {
  for (let i = 0; i < all.length; i += PER_BATCH) {
    await store.write({ visits: all.slice(i, i + PER_BATCH), crawls: [] })
  }
  await store.write({ visits: [], crawls })
}

async function derive (of: Pick<Row, 'server' | 'step' | 'visits'>, place: Place, folder: TempFolder): Promise<void> {
  const config = folder.file('sessions.json')
  writeFileSync(config, JSON.stringify({ store: place.store, keepMs: KEEP_MS }))
  const before = place.serverCpuMs()
  const end = await runMeasured({ main: 'consumer/jobs/sessions/main.ts', env: { PEERPROBE_CONFIG: config } }, signal)
  const [, report] = /^(\{.*"sessions derived".*\})$/m.exec(end.output) ?? []
  const { peers: looked, written } = JSON.parse(report ?? '{}') as { peers: number, written: number }
  rows.push({ ...of, peers: looked, written, end, serverCpuMs: place.serverCpuMs() - before })
  log.warn({ ...rows.at(-1), end: undefined, seconds: end.seconds, rssMb: end.rssMb }, 'derived')
}

function table (): string {
  return markdownTable(['database', 'derivation', 'visits', 'peers looked at', 'sessions written', 'seconds', 'CPU-s', 'CPU-s of the server', 'RSS MB'], rows.map(({ server, step, visits: n, peers: looked, written, end, serverCpuMs }) => [
    server,
    step,
    String(n),
    String(looked),
    String(written),
    end.seconds.toFixed(1),
    (end.cpuMs / 1_000).toFixed(1),
    server === 'sqlite' ? '–' : (serverCpuMs / 1_000).toFixed(1),
    end.rssMb.toFixed(0)
  ]))
}

function parseServers (text: string): Server[] {
  return text.split(',').map((name) => {
    const server = SERVERS.find(each => each === name)

    if (server === undefined) {
      throw new InvalidArgumentError(`must be of ${SERVERS.join(', ')}.`)
    }

    return server
  })
}
