import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { RestoreOptions } from './restore-backup.ts'
import type { Command } from 'commander'

/** Adds `restore`. */
export function addRestoreCommand (program: Command): void {
  withHelp(withSource(program.command('restore')
    .description('restores a backup into an empty database, and checks its checksum and its numbers of rows')
    .argument('<backup>', 'file of the backup, with its manifest (.json) next to it; or a folder of backups, for the newest whole one', nonEmpty))
    .option('--to <file>', 'SQLite file to make, in place of --data and --config', nonEmpty)
    .option('--json', 'print the manifest as one JSON object', false), {
    notes: [
      'A database that has tables already is refused, and nothing in it is changed.',
      'In a cluster `kubectl peerprobe job NAME --claim CLAIM -- restore /claim` makes a Job of it.'
    ],
    examples: [
      { run: 'peerprobe restore backups --to restored.sqlite', does: 'the newest backup of a folder, into a file of its own' },
      { run: 'peerprobe restore "$(ls backups/*.gz | head -1)" --to oldest.sqlite', does: 'a certain backup' }
    ]
  }).action(async (backup: string, _: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { restoreBackup } = await import('./restore-backup.ts')
      await restoreBackup(backup, command.optsWithGlobals<RestoreOptions>(), signal)
    })
  })
}
