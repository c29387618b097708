// The statements of the dashboard on the tables, on a real MariaDB and a real MySQL with visits, crawls and sessions, as a user that may
// only read: each answers, with what was stored.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { deriveSessions } from '../../../consumer/jobs/sessions/derive-sessions.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { research } from '../../../helm/dashboards/research.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { mysql } from '../../../scripts/provision/mysql.ts'
import { CRAWL_ID, crawlOf, distributionsOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { mysqlKind } from '../../support/servers/mysql-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { SqlServerKind } from '../../support/servers/sql-server.ts'
import type { Connection, RowDataPacket } from 'mysql2/promise'

const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]
const HOUR = 3_600
const DAY_MS = 86_400_000
const [ALWAYS, COMES_AND_GOES, NEW] = PEERS
const CRAWLS = [0, 1, 2, 3, 4].map(n => CRAWL_ID + n * HOUR)

const HERE = { country: 'DE', asn: 24_940, organisation: 'Hetzner Online GmbH', cloud: 'Hetzner', source: 'Test 2026-11-28' }
const COUNTED = { ...distributionsOf([{ value: 'kubo/0.30.0', count: 2 }, { value: 'go-ipfs', count: 1 }], 3), countries: { top: [{ value: 'DE', count: 2 }], other: 0 } }

// One peer is always there, one comes (of two failures before, the first shows its absence) and goes, one is new and serves another network as well.
const VISITS: readonly Visit[] = CRAWLS.flatMap((crawlId, n) => [
  visitOf({ crawlId, nodeId: ALWAYS, place: HERE }),
  n < 2 || n === 4 ? failedVisitOf({ crawlId, nodeId: COMES_AND_GOES }) : visitOf({ crawlId, nodeId: COMES_AND_GOES }),
  ...n < 2 ? [] : [visitOf({ crawlId, nodeId: NEW }), visitOf({ crawlId, nodeId: NEW, scan: 'default/probe/second', network: 'filecoin' })]
])
// A crawl that stood still shows nobody's absence.
const ENDED: readonly Crawl[] = CRAWLS.map(crawlId => crawlOf({ crawlId, disturbed: false, lostMs: 0, confirmationsLeftOut: 0, distributions: COUNTED }))

// As Grafana's data source for MySQL fills them in, for the day around the crawls.
function filled (sql: string, networks: readonly string[]): string {
  const text = sql
    .replaceAll(/\$__timeFilter\(([\w.]+)\)/g, (_, column: string) => `${column} BETWEEN FROM_UNIXTIME(${String(CRAWL_ID - HOUR)}) AND FROM_UNIXTIME(${String(CRAWL_ID + 24 * HOUR)})`)
    .replaceAll('${network:sqlstring}', networks.map(network => `'${network}'`).join(','))
  assert.doesNotMatch(text, /\$/, 'a macro that nothing fills in')

  return text
}

for (const { name, found, kindOf } of SERVERS) {
  suite(`the dashboard on the tables, on ${name}`, 'missing' in found ? { skip: found.missing } : {}, () => {
    if (!('missing' in found)) {
      askOn(kindOf(found.at))
    }
  })
}

function askOn (kind: SqlServerKind): void {
  const stack = new AsyncDisposableStack()
  let reader: Connection

  before(async () => {
    const server = stack.use(await SqlServer.open(kind))
    const databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
    const { store, database } = stack.use(await databases.open())
    await store.write({ visits: VISITS, crawls: ENDED })
    const { written } = await deriveSessions({ store, clock: systemClock, log: pino({ level: 'silent' }) }, { keepMs: 10_000 * DAY_MS, isGentle: false }, new AbortController().signal)
    assert.ok(written >= 3)
    await databases.execute(`CREATE USER 'reader'@'%' IDENTIFIED BY 'reads'; GRANT SELECT ON ${database}.* TO 'reader'@'%'`)
    reader = await new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'reader', password: 'reads' }).connect(database)
    stack.defer(async () => {
      await reader.end()
    })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const rows = async (title: string, networks = ['ipfs', 'filecoin']): Promise<Record<string, unknown>[]> => {
    const { sql } = research.panels.find(panel => panel.title === title) ?? assert.fail(title)
    const [found] = await reader.query<RowDataPacket[]>(filled(sql, networks))

    return found.map(row => ({ ...row }))
  }

  test('every panel answers, with the columns that its drawing needs', async () => {
    for (const { title, kind: drawing } of research.panels) {
      const found = await rows(title)
      assert.ok(found.length > 0, title)
      const [time, metric, value] = Object.values(found[0]!)
      assert.ok(drawing === 'table' || (Object.keys(found[0]!).slice(0, 2).join() === 'time,metric' && Number(time) > CRAWL_ID - 24 * HOUR && typeof metric === 'string' && Number.isFinite(Number(value))), `${title}: ${JSON.stringify(found[0])}`)
    }
  })

  test('networks are those in which peers were found', async () => {
    const [found] = await reader.query<RowDataPacket[]>(research.networksSql)

    assert.deepEqual(found.map(({ network }) => network as string), ['filecoin', 'ipfs'])
  })

  test('versions are those of peers, and of each crawl', async () => {
    assert.deepEqual((await rows('Versions')).map(({ agent_version, peers }) => [agent_version, Number(peers)]), [['kubo/0.30.0', 3]])
    assert.deepEqual((await rows('Versions', ['filecoin'])).map(({ peers }) => Number(peers)), [1])
    const times = CRAWLS.flatMap(crawlId => [[crawlId, 'go-ipfs', 1], [crawlId, 'kubo/0.30.0', 2]])
    assert.deepEqual((await rows('Versions over time')).map(({ time, metric, peers }) => [Number(time), metric, Number(peers)]), times)
    assert.deepEqual(await rows('Versions over time', ['filecoin']), [])
  })

  test('countries are those of each crawl, and systems those of the peers', async () => {
    assert.deepEqual((await rows('Countries over time')).map(({ time, metric, peers }) => [Number(time), metric, Number(peers)]), CRAWLS.map(crawlId => [crawlId, 'DE', 2]))
    assert.deepEqual((await rows('Autonomous systems')).map(row => Object.values(row).map(String)), [['24940', 'Hetzner Online GmbH', 'Hetzner', '1']])
    assert.deepEqual(await rows('Autonomous systems', ['filecoin']), [])
  })

  test('who entered and who left is counted by the day', async () => {
    assert.deepEqual((await rows('Peers that entered and left')).map(({ time, metric, peers }) => [Number(time), metric, Number(peers)]), [[CRAWL_ID, 'entered', 3], [CRAWL_ID, 'left', 1]])
  })

  test('a session whose start and end were seen has a length, the others have none', async () => {
    assert.deepEqual((await rows('Lengths of sessions')).map(({ at_least, sessions, mean_at_least_s, mean_at_most_s }) => [at_least, Number(sessions), Number(mean_at_least_s), Number(mean_at_most_s)]), [['3: below 6 h', 1, HOUR, 4 * HOUR]])
  })

  test('a peer of two networks is one that these share', async () => {
    assert.deepEqual((await rows('Peers in several networks')).map(({ one, other, peers }) => [one, other, Number(peers)]), [['filecoin', 'ipfs', 1]])
  })

  test('round trips are those of each crawl', async () => {
    const first = (await rows('Round trips over time')).slice(0, 3).map(({ time, metric, round_trip }) => [Number(time), metric, Number(round_trip)])

    assert.deepEqual(first, [[CRAWL_ID, 'default/probe/main p50', 10], [CRAWL_ID, 'default/probe/main p90', 20.5], [CRAWL_ID, 'default/probe/main p99', 30]])
  })
}
