import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { backUp, rowsOf } from '../../../cli/upkeep/back-up.ts'
import { addBackupCommand } from '../../../cli/upkeep/backup-command.ts'
import { chosenBackup } from '../../../cli/upkeep/chosen-backup.ts'
import { restoreBackup } from '../../../cli/upkeep/restore-backup.ts'
import { addRestoreCommand } from '../../../cli/upkeep/restore-command.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { BackupManifest } from '../../../consumer/backup/backup-manifest.ts'

const { signal } = new AbortController()
const listing = async (data: string): Promise<string> => (await runCli(['nodes', '--json', '--data', data])).stdout

suite('backup and restore', () => {
  test('give back every row, into an empty file only', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    const made = await runCli(['backup', '--data', folder.file('run'), '--to', folder.file('backups'), '--json'])
    assert.equal(made.code, 0, made.stderr)
    const { file, rows } = JSON.parse(made.stdout) as BackupManifest
    assert.equal(rows['node_info'], 3)

    assert.equal(await chosenBackup(folder.file('backups')), folder.file(`backups/${file}`))
    const restored = await runCli(['restore', folder.file('backups'), '--to', folder.file('restored.sqlite')])
    assert.equal(restored.code, 0, restored.stderr)
    assert.match(restored.stdout, new RegExp(`restored\\.sqlite: ${String(rowsOf({ rows }))} rows of .* restored from ${RegExp.escape(file)}\n$`))
    assert.equal(await listing(folder.file('restored.sqlite')), await listing(folder.file('run')))

    const again = await runCli(['restore', folder.file(`backups/${file}`), '--data', folder.file('run')])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /PP_RESTORE_REFUSED\)\nWhat to do: /)
  })

  test('refuse a damaged backup, several targets, and a program that is missing', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    await backUp({ data: folder.file('run'), to: folder.file('backups'), program: 'none', json: true }, signal)
    const [file = ''] = readdirSync(folder.file('backups')).filter(name => name.endsWith('.gz'))
    writeFileSync(folder.file(`backups/${file}`), 'x')

    await assert.rejects(restoreBackup(folder.file(`backups/${file}`), { to: folder.file('new.sqlite'), json: false }, signal), { code: 'PP_BACKUP_INVALID' })
    await assert.rejects(chosenBackup(folder.file('backups')), { code: 'PP_BACKUP_INVALID', message: /backups: the folder has no whole backup/ })
    assert.equal(await chosenBackup(folder.file('none')), folder.file('none'))
    await assert.rejects(restoreBackup('x', { to: 'a', data: 'b', json: false }, signal), { code: 'PP_CONFIG_INVALID' })
    assert.equal((await runCli(['backup', '--data', folder.file('run')])).code, 64)
  })

  test('are commands of the program', () => {
    const program = new Command('peerprobe')
    addBackupCommand(program)
    addRestoreCommand(program)
    assert.deepEqual(program.commands.map(command => command.name()), ['backup', 'restore'])
  })
})
