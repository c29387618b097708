import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { DiffOptions } from './print-diff.ts'
import type { Command } from 'commander'

/** Adds `diff`. */
export function addDiffCommand (program: Command): void {
  withHelp(withSource(program.command('diff')
    .description('compares two crawls: peers that entered and left, agent versions that are new or gone')
    .argument('<before>', 'id of the earlier crawl, as `crawls` shows it, or `previous`', nonEmpty)
    .argument('<after>', 'id of the later crawl, or `latest`', nonEmpty))
    .option('--scan <id>', 'scan of both crawls: namespace/probe/scan; needed where there are several', nonEmpty)
    .option('--limit <n>', 'peers and agent versions listed of each kind, without --json', wholeNumber(0, 10_000), 20)
    .option('--json', 'one JSON object a line: all peers, then agent versions', false), {
    notes: ['`latest` and `previous` are the last two finished crawls. A peer counts as contacted in a crawl when any of its visits in it reached the peer.'],
    examples: [
      { run: 'peerprobe diff previous latest --data .peerprobe/amino', does: 'what changed between the last two crawls' },
      { run: 'peerprobe diff previous latest --data .peerprobe/amino --json | grep entered', does: 'every peer that entered' }
    ]
  }).action(async (before: string, after: string, _: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { printDiff } = await import('./print-diff.ts')
      await printDiff([before, after], command.optsWithGlobals<DiffOptions>(), signal)
    })
  })
}
