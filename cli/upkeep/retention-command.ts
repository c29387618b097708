import { InvalidArgumentError } from 'commander'
import { DurationText, toMilliseconds } from '../../core/time/duration.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { Command } from 'commander'

interface RetentionOptions extends SourceOptions { after?: number, json: boolean }

/** Adds `retention`. */
export function addRetentionCommand (program: Command): void {
  withHelp(withSource(program.command('retention'))
    .description('removes rows that are older than a time, in small steps, while consumers run')
    .option('--after <duration>', 'age of the rows that are removed, such as 720h; by default that of the configuration', parseAge)
    .option('--json', 'print one JSON object', false), {
    examples: [
      { run: 'peerprobe retention --data .peerprobe/amino --after 720h', does: 'remove peers, visits and crawls that are older than 30 days' }
    ]
  }).action(async (_: unknown, command: Command) => {
    const { after, json, ...source } = command.optsWithGlobals<RetentionOptions>()
    await runBody(async (signal) => {
      const { removeOldRows } = await import('./remove-old-rows.ts')
      await removeOldRows(source, { afterMs: after, json }, signal)
    })
  })
}

function parseAge (text: string): number {
  if (!DurationText.safeParse(text).success || toMilliseconds(text) === 0) {
    throw new InvalidArgumentError('must be a duration such as 24h or 720h.')
  }

  return toMilliseconds(text)
}
