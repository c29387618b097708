import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { backUpSqlite } from '../../../consumer/backup/sqlite-backup.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { backupPlanFor } from '../../../local/backup/backup-plan.ts'
import { backupReport } from '../../../local/backup/backup-report.ts'
import { API_VERSION, KIND, PeerProbe } from '../../../operator/api/v1alpha1.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const { signal } = new AbortController()
const probe = (backup: object): PeerProbe => PeerProbe.parse({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'amino' }, spec: { scans: [{ name: 'main', network: { preset: 'ipfs' } }], backup } })

suite('backupReport', () => {
  test('has the newest backup of the folder, and the last failure only if no backup has succeeded since', async () => {
    using temp = new TempFolder()
    await fillRunFolder(temp.file('run'))
    const store = { sqlite: { path: temp.file('run/peerprobe.sqlite') } }
    const plan = backupPlanFor(probe({ enabled: true }), { store, folder: temp.file('backups'), admin: { port: 0 } })
    const failure = { code: 'PP_DISK_LOW', message: 'm', at: '2026-01-01T00:00:00.000Z' }
    const seen = { last: null, failure }

    assert.deepEqual(await backupReport(plan, { report: undefined }), { last: null, failure: null })
    assert.deepEqual(await backupReport(plan, { report: seen }), seen)
    const { file, takenAt, finishedAt, bytes } = await backUpSqlite(systemClock, store.sqlite.path, await BackupFolder.open({ path: temp.file('backups'), writer: 'w' }), signal)
    const last = { path: temp.file(`backups/${file}`), takenAt, finishedAt, bytes }
    assert.deepEqual(await backupReport(plan, { report: seen }), { last, failure: null })
    const later = { ...failure, at: '9999-01-01T00:00:00.000Z' }
    assert.deepEqual(await backupReport(plan, { report: { last: null, failure: later } }), { last, failure: later })
  })

  test('has what was seen last where the folder is gone, or why it cannot be read', async () => {
    using temp = new TempFolder()
    writeFileSync(temp.file('file'), '')
    const plan = backupPlanFor(probe({ enabled: true }), { store: {}, folder: temp.file('file/backups'), admin: { port: 0 } })
    const seen = { last: { path: 'p', takenAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:00.000Z', bytes: 1 }, failure: { code: 'PP_BACKUP_FAILED', message: 'm', at: '2026-01-02T00:00:00.000Z' } }

    assert.deepEqual(await backupReport(plan, { report: seen }), seen)
    const { last, failure } = (await backupReport(plan, { report: undefined }))!
    assert.deepEqual([last, failure?.code], [null, 'PP_BACKUP_FAILED'])
  })

  test('is absent where no backups are asked for', async () => {
    assert.equal(await backupReport(backupPlanFor(probe({}), { store: {}, folder: 'x', admin: { port: 0 } }), { report: undefined }), undefined)
  })
})
