import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { backUpStore, dumpProgram } from '../../../consumer/backup/back-up-store.ts'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const { signal } = new AbortController()

suite('backUpStore', () => {
  test('backs up the kind of database that is configured', async () => {
    using temp = new TempFolder()
    await fillRunFolder(temp.file('run'))
    const folder = await BackupFolder.open({ path: temp.file('backups'), writer: 'w' })
    const { kind } = await backUpStore({ clock: systemClock }, { sqlite: { path: temp.file('run/peerprobe.sqlite') } }, folder, signal)

    assert.equal(kind, 'sqlite')
    await assert.rejects(backUpStore({ clock: systemClock }, {}, folder, signal), err => isProbeError(err, 'PP_CONFIG_INVALID'))
  })

  test('prefers the dump program that logs in to both kinds of servers, and says what to install where there is none', () => {
    using temp = new TempFolder()
    writeFileSync(temp.file('mysqldump'), '', { mode: 0o755 })
    assert.equal(dumpProgram(temp.path), temp.file('mysqldump'))
    writeFileSync(temp.file('mariadb-dump'), '', { mode: 0o755 })
    assert.equal(dumpProgram(temp.path), temp.file('mariadb-dump'))
    assert.throws(() => dumpProgram('/nowhere'), err => isProbeError(err, 'PP_BACKUP_FAILED') && /neither mariadb-dump nor mysqldump.* install .*mariadb-client/.test(err.message))
  })
})
