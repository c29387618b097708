import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { readMigrations } from '../../../../consumer/store/migrations/migrations.ts'
import { SqliteStore } from '../../../../consumer/store/sqlite/sqlite-store.ts'
import { defined } from '../../../../core/defined.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { visitOf } from '../../../support/consumer/messages.ts'
import { SQLITE_MIGRATIONS } from '../../../support/consumer/migrated-database.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import { nodeStoreConformance } from '../node-store-conformance.ts'
import { nodeStoreLaws } from '../node-store-laws.ts'
import { nodeStorePlaceConformance } from '../node-store-place-conformance.ts'
import { nodeStoreSessionsConformance } from '../node-store-sessions-conformance.ts'
import type { StoreFixture, StoreFixtureOptions } from '../node-store-fixture.ts'

const ALL = readMigrations(SQLITE_MIGRATIONS).length
const nextFile = (name: string, after = 1): string => `${String(ALL + after).padStart(4, '0')}-${name}.sql`

async function open ({ coalesceWindowMs = 0 }: StoreFixtureOptions = {}): Promise<StoreFixture> {
  const folder = new TempFolder()
  const clock = new FakeClock()
  const path = folder.file('store.db')
  const store = await SqliteStore.open({ clock }, { path, coalesceWindowMs })
  await store.migrate()
  const reader = new DatabaseSync(path)

  return {
    clock,
    store,
    query: async sql => reader.prepare(sql).all(),
    another: async () => await SqliteStore.open({ clock }, { path, coalesceWindowMs }),
    [Symbol.asyncDispose]: async () => {
      reader.close()
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    }
  }
}

nodeStoreConformance('SQLite', open)
nodeStorePlaceConformance('SQLite', open)
nodeStoreSessionsConformance('SQLite', open)
nodeStoreLaws('SQLite', open, { numRuns: 60 })

suite('SqliteStore', () => {
  test('leaves nothing of a batch that fails, and forgets the ids that it made', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 600_000 })
    await store.migrate()
    using database = new DatabaseSync(path)
    database.exec('CREATE TRIGGER poison BEFORE INSERT ON address_info WHEN new.multiaddr LIKE \'%quic%\' BEGIN SELECT RAISE(ABORT, \'poison\'); END')

    await assert.rejects(store.write({ visits: [visitOf()], crawls: [] }), err => isProbeError(err, 'PP_STORE_DATA') && err.message.includes('poison'))
    assert.deepEqual(database.prepare('SELECT (SELECT count(*) FROM peer) AS peers, (SELECT count(*) FROM node_info) AS nodes').get(), { __proto__: null, peers: 0, nodes: 0 })
    database.exec('DROP TRIGGER poison')
    await store.write({ visits: [visitOf()], crawls: [] })
    assert.equal(database.prepare('SELECT count(*) AS n FROM visit_detail').get()?.['n'], 1)
    assert.equal(database.prepare('SELECT count(*) AS n FROM address_info').get()?.['n'], 2)
  })

  test('reports a lock held by another process as a conflict', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0 })
    await store.migrate()
    using blocker = new DatabaseSync(path)
    blocker.exec('BEGIN IMMEDIATE')

    await assert.rejects(store.write({ visits: [visitOf()], crawls: [] }), err => isProbeError(err, 'PP_STORE_CONFLICT'))
  })

  test('refuses the database of another program, and adds nothing to it', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    using other = new DatabaseSync(path)
    other.exec('CREATE TABLE users (id INTEGER)')
    await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0 })

    await assert.rejects(store.migrate(), err => isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes(path) && err.message.includes('users'))
    assert.deepEqual(other.prepare('SELECT name FROM sqlite_master').all().map(({ name }) => name), ['users'])
  })

  test('says that the schema is missing, and names a file that cannot be opened', async () => {
    using folder = new TempFolder()
    const deps = { clock: new FakeClock() }
    await using store = await SqliteStore.open(deps, { path: folder.file('store.db'), coalesceWindowMs: 0 })

    await assert.rejects(store.write({ visits: [visitOf()], crawls: [] }), err => isProbeError(err, 'PP_STORE_SCHEMA'))
    await assert.rejects(SqliteStore.open(deps, { path: folder.file('no/folder.db'), coalesceWindowMs: 0 }), err => isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes('no/folder.db'))
  })

  test('applies new migrations once, works on a newer database that only added, and refuses one that took away or was made by an edited file', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    const newer = folder.file('newer')
    cpSync(SQLITE_MIGRATIONS, newer, { recursive: true })
    writeFileSync(join(newer, nextFile('extra')), 'CREATE TABLE extra (id INTEGER)')
    const migrate = async (migrations?: string): Promise<number> => {
      await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0, ...defined({ migrations }) })
      await store.migrate()
      return (await store.summary()).schemaVersion
    }

    assert.equal(await migrate(), ALL)
    assert.equal(await migrate(newer), ALL + 1)
    assert.equal(await migrate(newer), ALL + 1)
    assert.equal(await migrate(), ALL + 1)
    writeFileSync(join(newer, nextFile('extra')), 'CREATE TABLE extra (id INTEGER, more TEXT)')
    await assert.rejects(migrate(newer), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes(`${String(ALL + 1)} (extra)`))
    writeFileSync(join(newer, nextFile('extra')), 'CREATE TABLE extra (id INTEGER)')
    writeFileSync(join(newer, nextFile('breaking-extra', 2)), 'DROP TABLE extra')
    assert.equal(await migrate(newer), ALL + 2)
    await assert.rejects(migrate(), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('newer'))
  })

  test('applies a migration that fails halfway not at all', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    const broken = folder.file('broken')
    cpSync(SQLITE_MIGRATIONS, broken, { recursive: true })
    writeFileSync(join(broken, nextFile('broken')), 'CREATE TABLE extra (id INTEGER); INSERT INTO nowhere VALUES (1)')
    await using store = await SqliteStore.open({ clock: new FakeClock() }, { path, coalesceWindowMs: 0, migrations: broken })

    await assert.rejects(store.migrate(), err => isProbeError(err, 'PP_STORE_SCHEMA'))
    using database = new DatabaseSync(path)
    assert.equal(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'], 0)
  })
})
