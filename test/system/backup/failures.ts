import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { lookAtDatabase } from '../../../consumer/backup/dump-target.ts'
import { backUpMysql } from '../../../consumer/backup/mysql-backup.ts'
import { restoreMysql } from '../../../consumer/backup/restore-mysql.ts'
import { restore } from '../../../consumer/backup/restore.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { SCHEMA_VERSION } from '../../support/consumer/migrated-database.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { dumperOf, fill, newStore } from './backup-database.ts'
import { backUp } from './round-trips.ts'
import type { StoreConfig } from '../../../core/contracts/process-config.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { BackupRig } from './backup-database.ts'

const { signal } = new AbortController()
const clock = systemClock

const failure = (code: ErrorCode, words: RegExp) => (err: unknown): boolean => isProbeError(err, code) && words.test(err.message)
const refuse = async (backup: string, store: StoreConfig, code: ErrorCode, words: RegExp): Promise<void> => {
  await assert.rejects(restore({ clock, knownSchema: SCHEMA_VERSION }, backup, store, signal), failure(code, words))
}

/** Backups and restores that go wrong. */
export function backupFailures (name: string, rigOf: () => BackupRig): void {
  suite('what goes wrong', () => {
    test('a dump program that is killed, or a server that dies, leaves the last backup and nothing that looks whole', async () => {
      const rig = rigOf()
      using temp = new TempFolder()
      const { database, store } = await newStore(rig)
      await fill(store, 4)
      await store[Symbol.asyncDispose]()
      const { file } = await backUp(rig, 'mariadb-dump', { database, path: temp.path })
      const folder = await BackupFolder.open({ path: temp.path, writer: 'test' })
      // Passes half of the dump on and is killed, like one whose machine or server fails.
      const half = ['sh', '-c', `${rig.programs['mariadb-dump']!.join(' ')} "$@" | head -c 200000; kill -9 $$`, 'sh'] as const
      await assert.rejects(backUpMysql({ clock, program: half }, dumperOf(rig, database), folder, signal), failure('PP_BACKUP_FAILED', /SIGKILL/))
      const cut = ['sh', '-c', `${rig.programs['mariadb-dump']!.join(' ')} "$@" | head -c 200000`, 'sh'] as const
      await assert.rejects(backUpMysql({ clock, program: cut }, dumperOf(rig, database), folder, signal), failure('PP_BACKUP_INVALID', /cut off/))
      assert.deepEqual(readdirSync(temp.path).sort(), [file, `${file}.json`])

      await rig.server.kill()
      await assert.rejects(backUp(rig, 'mariadb-dump', { database, path: temp.path }), failure('PP_STORE_UNAVAILABLE', /127\.0\.0\.1/))
      await rig.server.start()
      await rig.databases.reconnect()
      assert.deepEqual((await folder.list()).map(backup => backup.file), [file])
    })

    test('a dump program that the server refuses says why', async () => {
      const rig = rigOf()
      using temp = new TempFolder()
      const { database, store } = await newStore(rig)
      await store[Symbol.asyncDispose]()
      const folder = await BackupFolder.open({ path: temp.path, writer: 'test' })
      const config = dumperOf(rig, database)
      await assert.rejects(lookAtDatabase(clock, dumperOf(rig, await rig.databases.make())), failure('PP_STORE_SCHEMA', /schema_migration/))
      const elsewhere = ['sh', '-c', `exec ${rig.programs['mariadb-dump']!.join(' ')} "$1" no_such_database`, 'sh'] as const
      await assert.rejects(backUpMysql({ clock, program: elsewhere }, config, folder, signal), failure('PP_BACKUP_FAILED', /ended with code 2: .*no_such_database/))
      await assert.rejects(backUpMysql({ clock, program: ['/no/such/program'] }, config, folder, signal), failure('PP_BACKUP_FAILED', /ENOENT/))

      if (name === 'MariaDB') {
        // MySQL's programs since 9.0 have no plugin for MariaDB's accounts.
        await assert.rejects(backUp(rig, 'mysqldump', { database, path: temp.path }), failure('PP_BACKUP_FAILED', /mysql_native_password/))
      }
      assert.deepEqual(readdirSync(temp.path), [])
    })

    test('a process that is killed while it packs leaves nothing that looks whole, and the next removes its files', async () => {
      const rig = rigOf()
      using temp = new TempFolder()
      const { database, store } = await newStore(rig)
      await fill(store, 2)
      await store[Symbol.asyncDispose]()
      const program = ['sh', '-c', `${rig.programs['mariadb-dump']!.join(' ')} "$@" | head -c 100000; sleep 600`, 'sh']
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../../support/consumer/backup-process.ts', import.meta.url)), JSON.stringify({ config: dumperOf(rig, database), program, path: temp.path })], { stdio: ['ignore', 'pipe', 'inherit'] })

      child.stdout.once('data', () => {
        child.kill('SIGKILL')
      })
      await once(child, 'close')

      assert.deepEqual(readdirSync(temp.path).map(name => name.replace(/^peerprobe-packed\..*\.tmp$/, 'temporary')), ['temporary'])
      const { file } = await backUp(rig, 'mariadb-dump', { database, path: temp.path })
      assert.deepEqual(readdirSync(temp.path).sort(), [file, `${file}.json`])
    })

    test('a backup is restored only whole, and only into an empty database of its kind', async () => {
      const rig = rigOf()
      using temp = new TempFolder()
      const { database, store } = await newStore(rig)
      await fill(store, 1)
      await store[Symbol.asyncDispose]()
      const whole = await backUp(rig, 'mariadb-dump', { database, path: temp.path })
      const { file } = whole
      const empty = { mysql: dumperOf(rig, await rig.databases.make()) }
      await assert.rejects(restoreMysql(clock, { backup: temp.file(file), manifest: whole }, empty.mysql, AbortSignal.abort()), isAbort)
      await refuse(temp.file(file), { mysql: dumperOf(rig, database) }, 'PP_RESTORE_REFUSED', /is not empty, it has address/)
      await refuse(temp.file(file), { sqlite: { path: temp.file('x.sqlite') } }, 'PP_RESTORE_REFUSED', /SQLite/)
      const manifest = JSON.parse(readFileSync(temp.file(`${file}.json`), 'utf8')) as Record<string, unknown>
      const changed = async (change: Record<string, unknown>, code: ErrorCode, words: RegExp): Promise<void> => {
        writeFileSync(temp.file(`${file}.json`), JSON.stringify({ ...manifest, ...change }))
        await refuse(temp.file(file), empty, code, words)
      }
      await changed({ kind: manifest['kind'] === 'mysql' ? 'mariadb' : 'mysql' }, 'PP_RESTORE_REFUSED', /same kind/)
      await changed({ schemaVersion: SCHEMA_VERSION + 1 }, 'PP_STORE_SCHEMA', /newer/)
      await changed({ sha256: 'a'.repeat(64) }, 'PP_BACKUP_INVALID', /SHA-256/)
      copyFileSync(temp.file(file), temp.file('alone.mariadb.sql.gz'))
      await refuse(temp.file('alone.mariadb.sql.gz'), empty, 'PP_BACKUP_INVALID', /alone.*json/)
      truncateSync(temp.file(file), 1_000)
      await refuse(temp.file(file), empty, 'PP_BACKUP_INVALID', /1000.*cut off/)
    })

    test('a restore whose rows are not those of the manifest fails and says what to do', async () => {
      const rig = rigOf()
      using temp = new TempFolder()
      const { database, store } = await newStore(rig)
      await fill(store, 1)
      await store[Symbol.asyncDispose]()
      const { file, rows } = await backUp(rig, 'mariadb-dump', { database, path: temp.path })
      const path = temp.file(`${file}.json`)
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
      writeFileSync(path, JSON.stringify({ ...manifest, rows: { ...rows, visit: 501 } }))

      await refuse(temp.file(file), { mysql: dumperOf(rig, await rig.databases.make()) }, 'PP_RESTORE_FAILED', /visit has 500 rows.*501.*drop the database/)
    })
  })
}
