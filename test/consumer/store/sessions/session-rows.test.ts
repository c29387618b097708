import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sessionFrom, sessionQuery, writeStatements } from '../../../../consumer/store/sessions/session-rows.ts'
import { readSessionPage, SqlSessionStore } from '../../../../consumer/store/sessions/sql-session-store.ts'
import { markChanged, sqliteSessions } from '../../../../consumer/store/sqlite/session-dialect.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'
import type { Session } from '../../../../consumer/store/model/session.ts'

const session: Session = {
  nodeId: 'QmPeer',
  network: 'it\'s 😀',
  vantage: '',
  firstOkMs: Date.UTC(2026, 0, 1, 0, 0, 0, 1),
  lastOkMs: Date.UTC(2026, 0, 2, 0, 0, 0, 999),
  absentBeforeMs: null,
  firstFailMs: Date.UTC(2026, 0, 3),
  probes: 3,
  failures: 1,
  recovered: 1,
  endOutcome: 'peer-id-mismatch'
}

suite('rows of sessions', () => {
  test('come back as they were written', async () => {
    using database = migratedDatabase()
    const dialect = sqliteSessions(database, ':memory:', () => undefined)
    const many = Array.from({ length: 450 }, (_, i) => ({ ...session, nodeId: `QmPeer${String(i).padStart(3, '0')}` }))
    const written = await dialect.write(writeStatements(many, dialect))
    const rows = await dialect.query(sessionQuery(dialect, 'ORDER BY node_id'))

    assert.deepEqual(written, [200, 200, 50])
    assert.deepEqual(rows.map(row => sessionFrom(row, dialect)), many.toSorted((a, b) => a.nodeId < b.nodeId ? -1 : 1))
  })

  test('another outcome than ours is refused', () => {
    using database = migratedDatabase()
    const dialect = sqliteSessions(database, ':memory:', () => undefined)

    assert.throws(() => sessionFrom(['a', 'b', '', 1, 2, null, null, 1, 0, 0, 'gone'], dialect), err => isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes('end_outcome'))
  })
})

suite('tables of sessions', () => {
  test('a write finds no room: nothing is written', async () => {
    using database = migratedDatabase()
    const dialect = sqliteSessions(database, ':memory:', () => {
      throw new TypeError('full')
    })

    await assert.rejects(dialect.write(writeStatements([session], dialect)), /full/)
    assert.deepEqual(await readSessionPage(dialect, undefined, 5), { sessions: [], next: undefined })
  })

  test('a derivation takes the changes of earlier generations only', async () => {
    using database = migratedDatabase()
    const store = new SqlSessionStore(sqliteSessions(database, ':memory:', () => undefined))
    markChanged(database, { scan: 'a', crawlId: 1, isCrawl: false })
    const first = await store.begin()
    markChanged(database, { scan: 'a', crawlId: 2, isCrawl: true })
    await store.complete(first.generation, 7, [{ scan: 'a', newestCrawlId: 1, crawls: 1 }])
    const second = await store.begin()

    assert.deepEqual(first.changes, [{ scan: 'a', crawlId: 1, isCrawl: false }])
    assert.deepEqual([second.changes, second.rules, second.progress], [[{ scan: 'a', crawlId: 2, isCrawl: true }], 7, [{ scan: 'a', newestCrawlId: 1, crawls: 1 }]])
  })

  test('too many changes are not listed', async () => {
    using database = migratedDatabase()
    const store = new SqlSessionStore(sqliteSessions(database, ':memory:', () => undefined))

    for (let crawlId = 0; crawlId <= 2_000; crawlId++) {
      markChanged(database, { scan: 'a', crawlId, isCrawl: false })
    }

    assert.equal((await store.begin()).changes, undefined)
  })
})
