import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { Command } from 'commander'

/** Adds `migrate`. */
export function addMigrateCommand (program: Command): void {
  withHelp(withSource(program.command('migrate'))
    .description('brings the tables of the database to this version, and takes over those of an earlier program')
    .option('--json', 'print one JSON object', false), {
    notes: ['Consumers do the same when they start. It can run twice, and while processes of the previous version run.'],
    examples: [
      { run: 'peerprobe migrate --data .peerprobe/amino', does: 'the database of a run' },
      { run: 'peerprobe migrate --config consumer.json', does: 'the database of a consumer' }
    ]
  }).action(async (_: unknown, command: Command) => {
    const { json, ...source } = command.optsWithGlobals<SourceOptions & { json: boolean }>()
    await runBody(async (signal) => {
      const { migrate } = await import('./migrate.ts')
      await migrate(source, { json }, signal)
    })
  })
}
