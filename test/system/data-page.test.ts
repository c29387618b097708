// docs/data.md against the real databases: it describes every column of every table and view, and each of its queries answers
// what is computed from the same visits without a database.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { deriveSessions } from '../../consumer/jobs/sessions/derive-sessions.ts'
import { SqliteStore } from '../../consumer/store/sqlite/sqlite-store.ts'
import { systemClock } from '../../core/time/clock.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { CRAWL_ID } from '../support/consumer/messages.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { eightDays } from '../support/documents/eight-days.ts'
import { expectedAnswers } from '../support/documents/expected-answers.ts'
import { describedColumns, queriesIn } from '../support/documents/sql-blocks.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { NodeStore } from '../../consumer/store/model/node-store.ts'

type Row = Record<string, unknown>
interface Database { query: (sql: string) => Promise<Row[]>, columns: () => Promise<Map<string, string[]>> }

const TEXT = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8')
const QUERIES = queriesIn(TEXT)
const NOW_MS = (CRAWL_ID + 20 * 86_400) * 1_000
const KEEP_MS = 100 * 365 * 86_400_000
const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]
// Tables and columns that one kind of database has and the other does not.
const SQLITE_ONLY = new Set(['dictionary_epoch'])
const SERVER_ONLY = new Set(['removal_mark'])
const SERVER_COLUMNS: Record<string, readonly string[]> = { address_info: ['id', 'addr_hash'], crawl_aggregate: ['value_hash'] }
const DICTIONARIES = ['scan', 'agent', 'connection', 'address', 'detail', 'place']

suite('docs/data.md', () => {
  suite('on SQLite', () => {
    const folder = new TempFolder()
    let database: DatabaseSync

    before(async () => {
      const path = folder.file('peerprobe.sqlite')
      await using store = await SqliteStore.open({ clock: new FakeClock(NOW_MS) }, { path, coalesceWindowMs: 0 })
      await store.migrate()
      await fill(store)
      database = new DatabaseSync(path, { readOnly: true })
    })
    after(() => {
      database.close()
      folder[Symbol.dispose]()
    })

    checks({
      query: async sql => await Promise.resolve(database.prepare(sql).all()),
      columns: async () => await Promise.resolve(Map.groupBy(
        database.prepare('SELECT t.name AS tab, c.name AS col FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type IN (\'table\', \'view\') AND t.name NOT LIKE \'sqlite_%\'').all(),
        ({ tab }) => String(tab)
      ).entries().reduce((all, [table, rows]) => all.set(table, rows.map(({ col }) => String(col))), new Map<string, string[]>()))
    }, 'SQLite')
  })

  for (const { name, found, kindOf } of SERVERS) {
    suite(`on ${name}`, 'missing' in found ? { skip: found.missing } : {}, () => {
      const stack = new AsyncDisposableStack()
      let query: Database['query']

      before(async () => {
        const server = stack.use(await SqlServer.open(kindOf('at' in found ? found.at : '')))
        const databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
        const fixture = stack.use(await databases.open())
        await fill(fixture.store)
        query = fixture.query
      })
      after(async () => {
        await stack.disposeAsync()
      })

      checks({
        query: async sql => await query(sql),
        columns: async () => Map.groupBy(
          await query('SELECT TABLE_NAME AS tab, COLUMN_NAME AS col FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()'),
          ({ tab }) => String(tab)
        ).entries().reduce((all, [table, rows]) => all.set(table, rows.map(({ col }) => String(col))), new Map<string, string[]>())
      }, name)
    })
  }
})

async function fill (store: NodeStore): Promise<void> {
  const { visits, crawls } = eightDays()
  await store.write({ visits, crawls })
  await deriveSessions({ store, clock: systemClock, log: pino({ level: 'silent' }) }, { keepMs: KEEP_MS, isGentle: false }, new AbortController().signal)
}

function checks (database: Database, kind: string): void {
  test('describes every table, view and column, and no other', async () => {
    const described = describedColumns(TEXT.split('\n## Files of routing tables\n')[0]!)
    described.set('session_detail', [...described.get('session') ?? [], ...described.get('session_detail') ?? []])
    const expected = [...described].filter(([table]) => !(kind === 'SQLite' ? SERVER_ONLY : SQLITE_ONLY).has(table))
      .map(([table, columns]) => [table, columns.filter(column => kind !== 'SQLite' || !(SERVER_COLUMNS[table]?.includes(column) === true || (column === 'hash' && DICTIONARIES.includes(table)))).sort()] as const)

    assert.deepEqual(Object.fromEntries([...await database.columns()].map(([table, columns]) => [table, columns.sort()])), Object.fromEntries(expected))
  })

  const answers = expectedAnswers(eightDays().visits)

  for (const { title, sql } of QUERIES) {
    const expected = answers[Number.parseInt(title, 10)]

    test(`answers: ${title}`, async () => {
      const rows = (await database.query(sql)).map(row => Object.values(row))
      assert.ok(rows.length > 0)

      if (expected !== undefined) {
        assert.deepEqual(rows.map(row => row.map(plain)), expected)
      }
    })
  }

  test('has at least twenty queries, and an answer of its own for all but those about sessions and whole crawls', () => {
    assert.ok(QUERIES.length >= 20)
    assert.deepEqual(QUERIES.map(({ title }) => Number.parseInt(title, 10)).filter(number => answers[number] === undefined), [20, 21])
  })
}

// MySQL gives sums as decimals, and SQLite integers as they are.
function plain (value: unknown): unknown {
  return typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)) ? Number(value) : value
}
