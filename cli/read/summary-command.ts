import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { SummaryOptions } from './print-summary.ts'
import type { Command } from 'commander'

/** Adds `summary`. */
export function addSummaryCommand (program: Command): void {
  withHelp(withSource(program.command('summary')
    .description('shows the last finished crawl of each scan, and how much is stored'))
    .option('--scan <id>', 'only this scan: namespace/probe/scan', nonEmpty)
    .option('--json', 'print one JSON object', false), {
    examples: [
      { run: 'peerprobe summary', does: 'what the only run in this folder found' },
      { run: 'peerprobe summary --data .peerprobe/amino --json', does: 'the same for a script' }
    ]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { printSummary } = await import('./print-summary.ts')
      await printSummary(command.optsWithGlobals<SummaryOptions>(), signal)
    })
  })
}
