import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { BackupOptions } from './back-up.ts'
import type { Command } from 'commander'

/** Adds `backup`. */
export function addBackupCommand (program: Command): void {
  withHelp(withSource(program.command('backup'))
    .description('writes a backup of the database while it is used, with its checksum and its numbers of rows next to it')
    .requiredOption('--to <folder>', 'folder of the backups', nonEmpty)
    .option('--program <path>', 'program that dumps a MySQL or MariaDB database (default: the first of mariadb-dump and mysqldump that this machine has)', nonEmpty)
    .option('--json', 'print the manifest as one JSON object', false), {
    notes: ['Where a manifest has `backup.enabled`, this is done each day: in a cluster by a CronJob, since the image itself has no program that dumps, and on one machine while `peerprobe run` runs.'],
    examples: [{ run: 'peerprobe backup --data .peerprobe/amino --to backups', does: 'the database of a run' }]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { backUp } = await import('./back-up.ts')
      await backUp(command.optsWithGlobals<BackupOptions>(), signal)
    })
  })
}
