import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { checkedBackup } from '../../../consumer/backup/opened-backup.ts'
import { restoreSqlite } from '../../../consumer/backup/restore-sqlite.ts'
import { restore } from '../../../consumer/backup/restore.ts'
import { backUpSqlite } from '../../../consumer/backup/sqlite-backup.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { CRAWL_ID, crawlOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { SCHEMA_VERSION } from '../../support/consumer/migrated-database.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { ErrorCode } from '../../../core/errors.ts'

const { signal } = new AbortController()
const clock = new FakeClock((CRAWL_ID + 86_400) * 1_000)
const failure = (code: ErrorCode, words: RegExp) => (err: unknown): boolean => isProbeError(err, code) && words.test(err.message)

async function openStore (temp: TempFolder): Promise<SqliteStore> {
  const store = await SqliteStore.open({ clock }, { path: temp.file('store.sqlite'), coalesceWindowMs: 0 })
  await store.migrate()
  await store.write({ visits: Array.from({ length: 300 }, (_, i) => visitOf({ nodeId: PEERS[i % 3]!, crawlId: CRAWL_ID + i })), crawls: [crawlOf()] })

  return store
}

async function restoreTo (path: string, backup: string): Promise<void> {
  await restore({ clock, knownSchema: SCHEMA_VERSION }, backup, { sqlite: { path } }, signal)
}

function contentsOf (path: string): Record<string, unknown[]> {
  using database = new DatabaseSync(path, { readOnly: true })
  const names = database.prepare('SELECT name FROM sqlite_master WHERE type IN (\'table\', \'view\') AND name NOT LIKE \'sqlite%\' ORDER BY name').all().map(({ name }) => String(name))

  return Object.fromEntries(names.map(name => [name, database.prepare(`SELECT * FROM "${name}"`).all().map(row => JSON.stringify(row)).sort()]))
}

suite('backUpSqlite', () => {
  test('a backup made while the store is open is restored equal, row by row', async () => {
    using temp = new TempFolder()
    await using store = await openStore(temp)
    const folder = await BackupFolder.open({ path: temp.file('backups'), writer: 'w' })
    const { file, rows, kind } = await backUpSqlite(clock, temp.file('store.sqlite'), folder, signal)
    const before = contentsOf(temp.file('store.sqlite'))
    await store.write({ visits: [visitOf({ crawlId: CRAWL_ID + 900 })], crawls: [] })
    const backup = temp.file(`backups/${file}`)
    await restoreSqlite(backup, await checkedBackup(backup, signal), temp.file('restored.sqlite'), signal)

    assert.deepEqual(contentsOf(temp.file('restored.sqlite')), before)
    assert.deepEqual([kind, rows['visit'], rows['crawl']], ['sqlite', 300, 1])
    assert.equal(statSync(temp.file('restored.sqlite')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(temp.file('backups')).sort(), [file, `${file}.json`])
    await using again = await SqliteStore.open({ clock }, { path: temp.file('restored.sqlite'), coalesceWindowMs: 0 })
    assert.deepEqual((await again.migrate()).applied, [])
  })

  test('restores nothing over a database, and nothing that is not whole', async () => {
    using temp = new TempFolder()
    await using _ = await openStore(temp)
    const folder = await BackupFolder.open({ path: temp.path, writer: 'w' })
    const { file, ...manifest } = await backUpSqlite(clock, temp.file('store.sqlite'), folder, signal)
    const target = temp.file('restored.sqlite')
    await assert.rejects(restoreTo(temp.file('store.sqlite'), temp.file(file)), failure('PP_RESTORE_REFUSED', /store\.sqlite exists/))
    await assert.rejects(restore({ clock, knownSchema: SCHEMA_VERSION - 1 }, temp.file(file), { sqlite: { path: target } }, signal), failure('PP_STORE_SCHEMA', /newer/))
    await assert.rejects(restoreTo(target, temp.file('none.sqlite.gz')), failure('PP_BACKUP_INVALID', /none\.sqlite\.gz\.json/))
    const mysql = { host: 'localhost', port: 1, database: 'd', username: 'u', passwordFile: 'x', maxOpenConns: 1, maxIdleConns: 1 }
    await assert.rejects(restore({ clock, knownSchema: SCHEMA_VERSION }, temp.file(file), { mysql }, signal), failure('PP_RESTORE_REFUSED', /backup of sqlite/))
    writeFileSync(temp.file(`${file}.json`), JSON.stringify({ file, ...manifest, rows: { ...manifest.rows, visit: 1 } }))
    await assert.rejects(restoreTo(target, temp.file(file)), failure('PP_BACKUP_INVALID', /numbers of rows/))
    const whole = readFileSync(temp.file(file))
    const changed = Buffer.from(whole)
    changed[whole.length >> 1]! ^= 1
    writeFileSync(temp.file(file), changed)
    await assert.rejects(restoreTo(target, temp.file(file)), failure('PP_BACKUP_INVALID', /SHA-256/))
    writeFileSync(temp.file(file), whole.subarray(0, 100))
    await assert.rejects(restoreTo(target, temp.file(file)), failure('PP_BACKUP_INVALID', /size in bytes is 100/))

    assert.deepEqual(readdirSync(temp.path).filter(name => name.startsWith('restored')), [])
  })

  test('refuses a file that is no database of PeerProbe', async () => {
    using temp = new TempFolder()
    const folder = await BackupFolder.open({ path: temp.path, writer: 'w' })
    const facts = { kind: 'sqlite' as const, serverVersion: '3', takenAt: new Date(clock.now()).toISOString() }
    const bytes = Readable.from([Buffer.from('no database')])
    const { file } = await folder.write(facts, { bytes, content: () => ({ rows: {}, schemaVersion: 1 }) }, () => clock.now(), signal)
    await assert.rejects(restoreTo(temp.file('x.sqlite'), temp.file(file)), failure('PP_BACKUP_INVALID', /not a database/))
    writeFileSync(temp.file('other.sqlite'), '')
    await assert.rejects(backUpSqlite(clock, temp.file('other.sqlite'), folder, signal), failure('PP_BACKUP_INVALID', /schema_migration/))
    writeFileSync(temp.file('damaged.sqlite'), 'no database')
    await assert.rejects(backUpSqlite(clock, temp.file('damaged.sqlite'), folder, signal), failure('PP_FILE_UNUSABLE', /damaged/))
    await assert.rejects(backUpSqlite(clock, temp.file('none/other.sqlite'), folder, signal), failure('PP_FILE_UNUSABLE', /none/))
  })
})
