import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { backUpMysql } from '../../../consumer/backup/mysql-backup.ts'
import { restore } from '../../../consumer/backup/restore.ts'
import { removeOlderThan } from '../../../consumer/jobs/retention/retention.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { contentsOf } from '../../support/consumer/database-contents.ts'
import { SCHEMA_VERSION } from '../../support/consumer/migrated-database.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { crawlVisits, dumperOf, fill, newStore } from './backup-database.ts'
import type { BackupManifest } from '../../../consumer/backup/backup-manifest.ts'
import type { BackupRig } from './backup-database.ts'

const { signal } = new AbortController()
const clock = systemClock
const DAY_MS = 86_400_000

/** Backs up a database into a folder. */
export async function backUp (rig: BackupRig, program: string, { database, path }: { database: string, path: string }): Promise<BackupManifest> {
  const folder = await BackupFolder.open({ path, writer: 'test' })

  return await backUpMysql({ clock, program: rig.programs[program]! }, dumperOf(rig, database), folder, signal)
}

async function restoreInto (rig: BackupRig, backup: string): Promise<string> {
  const database = await rig.databases.make()
  await restore({ clock, knownSchema: SCHEMA_VERSION }, backup, { mysql: dumperOf(rig, database) }, signal)

  return database
}

async function tablesOf (rig: BackupRig, database: string): Promise<Record<string, string>> {
  const connection = await rig.databases.connect(database)

  try {
    return await contentsOf(connection)
  } finally {
    await connection.end()
  }
}

/** Backups that are restored, by each program that can log in to the server. */
export function backupRoundTrips (rigOf: () => BackupRig, programs: readonly string[]): void {
  for (const program of programs) {
    suite(`by ${program}`, () => {
      test('a backup restored into an empty database is equal, row by row, views included', async () => {
        const rig = rigOf()
        using temp = new TempFolder()
        const { database, store } = await newStore(rig)
        await using _ = store
        await fill(store, 4)
        const before = await tablesOf(rig, database)
        const { file, rows, kind, schemaVersion } = await backUp(rig, program, { database, path: temp.path })
        const restored = await restoreInto(rig, temp.file(file))

        assert.deepEqual(await tablesOf(rig, restored), before)
        assert.equal(rows['visit'], 2_000)
        assert.match(before['visit_detail'] ?? '', /^2000 /)
        assert.deepEqual([kind.length > 0, schemaVersion], [true, SCHEMA_VERSION])
        assert.deepEqual(readdirSync(temp.path).sort(), [file, `${file}.json`])
      })

      test('a backup beside writers and a retention is one moment of the database', async () => {
        const rig = rigOf()
        using temp = new TempFolder()
        const { database, store } = await newStore(rig)
        await using _ = store
        await fill(store, 8)
        const over = new AbortController()
        let batches = 8
        const writing = (async () => {
          for (; !over.signal.aborted; batches++) {
            await store.write({ visits: crawlVisits(batches, 500), crawls: [] })
          }
        })()
        const log = createLogger({ level: 'silent' })
        const removing = (async () => {
          while (!over.signal.aborted) {
            await removeOlderThan({ store, clock, log, onRemoved: () => undefined }, Date.now() - 30 * DAY_MS, signal)
          }
        })()
        const { file, rows } = await backUp(rig, program, { database, path: temp.path }).finally(async () => {
          over.abort()
          await Promise.all([writing, removing])
        })
        const restored = await restoreInto(rig, temp.file(file))
        const connection = await rig.databases.connect(restored)
        const [halves] = await connection.query('SELECT crawl_id, COUNT(*) AS n FROM visit GROUP BY crawl_id HAVING n <> 500')
        const [[counted]] = await connection.query('SELECT (SELECT COUNT(*) FROM visit) AS visits, (SELECT COUNT(*) FROM visit_detail) AS details') as unknown as [[object]]
        await connection.end()

        // Each transaction wrote the 500 visits of one crawl: none may be there in part, nor refer to a text that is not.
        assert.deepEqual([halves, counted], [[], { visits: rows['visit'], details: rows['visit'] }])
        assert.ok((rows['visit'] ?? 0) >= 4_000 && (rows['visit'] ?? 0) <= batches * 500, JSON.stringify(rows))
      })
    })
  }
}
