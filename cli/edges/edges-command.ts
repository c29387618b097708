import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { PrintEdgesOptions } from './print-edges.ts'
import type { Command } from 'commander'

/** Adds `edges`. */
export function addEdgesCommand (program: Command): void {
  withHelp(withSource(program.command('edges')
    .description('shows how a network is connected: figures of the routing tables that a crawl read'))
    .option('--scan <id>', 'the newest crawl of this scan: namespace/probe/scan', nonEmpty)
    .option('--crawl <id>', 'this crawl, by its number; by default the newest', wholeNumber(0, 4_294_967_295))
    .option('--json', 'print one JSON object', false), {
    notes: [
      'Scans with active.neighbours: true and strategy: Topology leave a file for each crawl in the dump folder. An entry is stale when the\npeer that it mentions was visited and could not be contacted.',
      'The tables themselves: peerprobe export edges --format ndjson, csv, parquet or graphml.'
    ],
    examples: [
      { run: 'peerprobe edges --data .peerprobe/amino', does: 'of the newest crawl' },
      { run: 'peerprobe edges --data .peerprobe/amino --json', does: 'the same figures for a script' }
    ]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { printEdges } = await import('./print-edges.ts')
      await printEdges(command.optsWithGlobals<PrintEdgesOptions>(), signal)
    })
  })
}
