import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import { withFilters } from './filter-options.ts'
import type { NodeOptions } from './list-nodes.ts'
import type { Command } from 'commander'

const MAX_LISTED = 100_000_000

/** Adds `nodes`. */
export function addNodesCommand (program: Command): void {
  withHelp(withFilters(withSource(program.command('nodes')
    .description('lists peers that were contacted, in the order of their ids')), 'nodes')
    .option('--limit <n>', 'maximum number listed', wholeNumber(1, MAX_LISTED), 100)
    .option('--after <cursor>', 'where the page before ended, as it says', nonEmpty)
    .option('--json', 'one JSON object a line, with all columns', false), {
    examples: [
      { run: 'peerprobe nodes --data .peerprobe/amino', does: 'the first hundred peers' },
      { run: 'peerprobe nodes --data .peerprobe/amino --agent kubo/0.3 --since 24h', does: 'peers of some agent versions that were contacted in the last day' },
      { run: 'peerprobe nodes --data .peerprobe/amino --limit 1000000 --json | wc -l', does: 'how many peers there are' }
    ]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { listNodes } = await import('./list-nodes.ts')
      await listNodes(command.optsWithGlobals<NodeOptions>(), signal)
    })
  })
}
