// The database as people read it: with the sqlite3 of their system, which is older than the one in Node.js.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { deriveSessions } from '../../consumer/jobs/sessions/derive-sessions.ts'
import { SqliteStore } from '../../consumer/store/sqlite/sqlite-store.ts'
import { systemClock } from '../../core/time/clock.ts'
import { sqlite } from '../../scripts/provision/sqlite.ts'
import { crawlOf, failedVisitOf, PEERS, visitOf } from '../support/consumer/messages.ts'
import { SQLITE_MIGRATIONS } from '../support/consumer/migrated-database.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { Visit } from '../../core/contracts/visit.ts'

const ROOT = new URL('../..', import.meta.url)
const STATEMENT = /npm run --silent query -- \S+ "(?<command>SELECT [^"]+)"|```sql\n(?<block>SELECT [^`]+)```/g

/** A visit as the first migration has it. */
const OLD_VISIT = `INSERT INTO word VALUES (1, 'w', 0); INSERT INTO scan VALUES (1, 's', 'n', '', 0); INSERT INTO peer VALUES (1, 'p', 0);
  INSERT INTO visit (crawl_id, scan_id, peer_id, source_id, attempt, started_at, duration_ms, outcome_id, discovery_id)
  VALUES (1, 1, 1, 1, 1, 1769817599999, 1, 1, 1)`

/** Visits of every form: reached and not, with and without each optional value, at the edges of a second. */
function visits (): Visit[] {
  const startedAt = ['2026-01-31T00:00:00.000Z', '2026-02-28T23:59:59.999Z', '2026-12-31T23:59:59.500Z', '2026-06-15T12:34:56.007Z']

  return startedAt.flatMap((at, i) => {
    const when = { crawlId: 1_769_000_000 + i, startedAt: at }

    return [visitOf({ nodeId: PEERS[0], ...when }), failedVisitOf({ nodeId: PEERS[1], ...when })]
  })
}

/** The queries that README and docs tell people to run. */
function publishedQueries (): string[] {
  const texts = [...globSync(['*.md', 'docs/**/*.md', '*/DESIGN.md'], { cwd: ROOT.pathname, exclude: ['docs/data.md'] })].map(file => readFileSync(new URL(file, ROOT), 'utf8'))

  return texts.flatMap(text => [...text.matchAll(STATEMENT)]).map(({ groups }) => (groups!['command'] ?? groups!['block'])!.trim())
}

const found = sqlite.find()

suite('the sqlite3 of the system', 'missing' in found ? { skip: found.missing } : {}, () => {
  const program = 'at' in found ? found.at : ''

  /** What it gives for a statement. */
  async function ask (path: string, sql: string): Promise<unknown[]> {
    const { stdout } = await promisify(execFile)(program, ['-readonly', '-json', path, sql])

    return stdout.trim() === '' ? [] : JSON.parse(stdout) as unknown[]
  }

  async function fill (path: string): Promise<SqliteStore> {
    const store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0 })
    await store.migrate()
    await store.write({ visits: visits(), crawls: [crawlOf()] })
    const deps = { store, clock: systemClock, log: pino({ level: 'silent' }) }
    await deriveSessions(deps, { keepMs: Date.now(), isGentle: false }, new AbortController().signal)

    return store
  }

  test('reads every view as we do, while a store has the file open', async () => {
    using folder = new TempFolder()
    const path = folder.file('peerprobe.sqlite')
    await using _ = await fill(path)
    using ours = new DatabaseSync(path, { readOnly: true })
    const views = ours.prepare('SELECT name FROM sqlite_schema WHERE type = \'view\'').all().map(({ name }) => String(name))

    assert.deepEqual(views.toSorted(), ['session_detail', 'visit_detail'])
    for (const view of views) {
      const sql = `SELECT * FROM ${view} ORDER BY 1, 2, 5, 6, 12`
      const expected = ours.prepare(sql).all()

      assert.ok(expected.length > 0, view)
      assert.deepEqual(await ask(path, sql), JSON.parse(JSON.stringify(expected)))
    }
    assert.deepEqual(await ask(path, 'SELECT DISTINCT started_at FROM visit_detail ORDER BY 1 LIMIT 2'), [{ started_at: '2026-01-31 00:00:00.000' }, { started_at: '2026-02-28 23:59:59.999' }])
  })

  test('answers every query that the documents publish as we do', async () => {
    using folder = new TempFolder()
    const path = folder.file('peerprobe.sqlite')
    await using store = await fill(path)
    using ours = new DatabaseSync(path, { readOnly: true })
    const queries = publishedQueries()

    assert.ok(queries.length >= 4, String(queries.length))
    for (const sql of queries) {
      const answer = await ask(path, sql)

      assert.ok(answer.length > 0, sql)
      assert.deepEqual(answer, JSON.parse(JSON.stringify(ours.prepare(sql).all())), sql)
    }
    assert.ok((await store.summary()).visits > 0)
  })

  test('reads a database of the version before once it is migrated', async () => {
    using folder = new TempFolder()
    using before = new TempFolder()
    const path = folder.file('peerprobe.sqlite')
    cpSync(join(SQLITE_MIGRATIONS, '0001-initial.sql'), before.file('0001-initial.sql'))
    {
      await using old = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0, migrations: before.path })
      await old.migrate()
      using database = new DatabaseSync(path)
      database.exec(OLD_VISIT)
    }
    await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0 })
    await store.migrate()

    assert.deepEqual(await ask(path, 'SELECT min(started_at) AS first, count(*) AS n FROM visit_detail'), [{ first: '2026-01-30 23:59:59.999', n: 1 }])
  })
})
