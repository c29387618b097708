// The commands that read print the same of the same messages, whether they are in SQLite, MariaDB or MySQL.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { openStore } from '../../consumer/store/open-store.ts'
import { systemClock } from '../../core/time/clock.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, visitOf } from '../support/consumer/messages.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { Crawl } from '../../core/contracts/crawl.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { CliEnd } from '../support/cli/run-cli.ts'

const SCAN = 'local/amino/main'
const CRAWLS = [0, 1, 2].map(n => CRAWL_ID + n * 600)
const startOf = (crawlId: number): string => new Date(crawlId * 1_000).toISOString()

// Texts that a collation may take for the same or sort otherwise, and what must be escaped.
const AGENTS = ['kubo/0.30.0', 'Kubo/0.30.0', 'kubö/0.30.0', 'kubo/0.30.0 ', 'kubo/0_30%0', '', 'Ünï😀', 'evil\u{1b}[31m\t"\'\\/1', 'a,b\n;--', 'Straße', 'STRASSE', '=1+1']

const IDENTIFY = { protocolVersion: 'ipfs/0.1.0', protocols: ['/ipfs/kad/1.0.0', '/x/Y'] }
const agentOf = (i: number, n: number): string => AGENTS[(i + (i % 3 === 0 ? n : 0)) % AGENTS.length]!

// Ids that differ in the case of a letter. A third of the peers has another agent in the next crawl; every fifth visit fails,
// and some peers are in one crawl only.
function visitOfPeer (crawlId: number, n: number, i: number): Visit {
  const of = { scan: SCAN, crawlId, startedAt: startOf(crawlId), nodeId: `${i % 2 === 0 ? 'Qm' : 'qm'}Peer${String((i >> 1) + 11).replaceAll('0', 'z')}aa` }
  const identify = { ...IDENTIFY, agentVersion: agentOf(i, n), listenAddresses: [`/ip4/192.0.2.${String(i)}/tcp/4001`] }

  return (i + n) % 5 === 0 ? failedVisitOf(of) : visitOf({ ...of, identify })
}

const VISITS = CRAWLS.flatMap((crawlId, n) => Array.from({ length: 30 }, (_, i) => i).filter(i => i % 7 !== n).map(i => visitOfPeer(crawlId, n, i)))
const STORED_CRAWLS: readonly Crawl[] = CRAWLS.map((crawlId) => {
  const [startedAt, finishedAt] = [startOf(crawlId), startOf(crawlId + 60)]

  return crawlOf({ scan: SCAN, crawlId, startedAt, finishedAt, disturbed: false, confirmationsLeftOut: 0 })
})

const COMMANDS: readonly (readonly string[])[] = [
  ['nodes'],
  ['nodes', '--json'],
  ['nodes', '--json', '--limit', '7'],
  ['nodes', '--json', '--agent', 'kub'],
  ['nodes', '--json', '--agent', 'kubo/0_'],
  ['nodes', '--json', '--outcome', 'timeout'],
  ['nodes', '--json', '--since', startOf(CRAWLS[1]! + 1), '--network', 'ipfs'],
  ['nodes', '--json', '--until', startOf(CRAWLS[1]!)],
  ['crawls'],
  ['crawls', '--json'],
  ['diff', 'previous', 'latest'],
  ['diff', String(CRAWLS[0]), String(CRAWLS[2]), '--json'],
  ['diff', '1', '2'],
  ['summary'],
  ['summary', '--json'],
  ['sessions', '--since', startOf(CRAWLS[0]!), '--until', startOf(CRAWLS[2]!), '--json'],
  ['sessions', '--since', startOf(CRAWLS[0]!), '--until', startOf(CRAWLS[2]!)],
  ...['nodes', 'visits', 'crawls', 'sessions'].flatMap(kind => ['ndjson', 'csv'].map(format => ['export', kind, '--format', format])),
  ['export', 'visits', '--format', 'ndjson', '--outcome', 'timeout']
]

const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]

/** Fills a database, and returns how to run a command on it. */
async function filled (folder: TempFolder, name: string, store: StoreConfig): Promise<(args: readonly string[]) => Promise<CliEnd>> {
  const config = folder.file(`${name}.json`)
  writeFileSync(config, JSON.stringify({ store }))
  const opened = await openStore(store, { clock: { ...systemClock, now: () => (CRAWL_ID + 86_400) * 1_000 } }, { coalesceWindowMs: 0 })
  await using _ = opened
  await opened.migrate()
  await opened.write({ visits: VISITS, crawls: STORED_CRAWLS })
  const run = async (args: readonly string[]): Promise<CliEnd> => await runCli([...args, '--config', config])
  const derived = await run(['sessions', 'derive'])
  assert.equal(derived.code, 0, derived.stderr)

  return run
}

// Lists of which only the database knows the order: peers by their numbers in it.
const UNORDERED = ['diff', 'visits']

// Without the database's own name, how to query it, and when a row was written.
function printed ({ code, stdout, stderr }: CliEnd, args: readonly string[]): { code: unknown, lines: unknown[], stderr: string } {
  const text = stdout.replace(/^Database .*$|^Try:\n.*$/gm, '').replaceAll(/"(changed_at|database)":"[^"]*"/g, '"$1":""')
  const lines = text.split('\n').map(line => line.startsWith('{') ? JSON.parse(line) as unknown : line)
  const isUnordered = args.some(word => UNORDERED.includes(word))

  return { code, lines: isUnordered ? lines.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : lines, stderr }
}

for (const { name, found, kindOf } of SERVERS) {
  suite(`commands that read, on ${name}`, 'missing' in found ? { skip: found.missing } : {}, () => {
    const stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    let onServer: (args: readonly string[]) => Promise<CliEnd>
    let onSqlite: (args: readonly string[]) => Promise<CliEnd>

    before(async () => {
      const server = stack.use(await SqlServer.open(kindOf('at' in found ? found.at : '')))
      const databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
      onServer = await filled(folder, name, { mysql: databases.configFor(await databases.make()) })
      onSqlite = await filled(folder, 'sqlite', { sqlite: { path: folder.file('peerprobe.sqlite') } })
    })
    after(async () => {
      await stack.disposeAsync()
    })

    for (const args of COMMANDS) {
      test(`${args.join(' ')} prints what it prints on SQLite`, async () => {
        const [server, sqlite] = await Promise.all([onServer(args), onSqlite(args)])

        assert.deepEqual(printed(server, args), printed(sqlite, args))
        assert.ok(`${server.stdout}${server.stderr}`.length > 0)
      })
    }
  })
}
