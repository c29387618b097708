import { Argument, Option } from 'commander'
import { RECORD_KIND_NAMES } from '../../consumer/records/record-kinds.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withFilters } from '../read/filter-options.ts'
import { withSource } from '../source/source-options.ts'
import type { FileKind } from '../../consumer/records/record-kinds.ts'
import type { ExportOptions } from './export-options.ts'
import type { Command } from 'commander'

/** Adds `export`. */
export function addExportCommand (program: Command): void {
  withHelp(withFilters(withSource(program.command('export')
    .description('writes all peers, visits, crawls or sessions, or the routing tables of a crawl, as a file')), ...RECORD_KIND_NAMES)
    .addArgument(new Argument('<kind>', 'what to export').choices([...RECORD_KIND_NAMES, 'edges']))
    .addOption(new Option('--format <format>', 'format of the file; graphml is for edges').choices(['ndjson', 'csv', 'parquet', 'graphml']).default('ndjson'))
    .option('--out <file>', 'where the file goes; - is standard output', nonEmpty, '-'), {
    notes: ['Edges are of the newest crawl whose routing tables were kept (active.neighbours: true), or of that of --scan and --crawl.'],
    examples: [
      { run: 'peerprobe export nodes --data .peerprobe/amino --format csv --out nodes.csv', does: 'a table of all peers, for a spreadsheet' },
      { run: 'peerprobe export visits --data .peerprobe/amino --since 24h --format parquet --out visits.parquet', does: 'the visits of a day, for DuckDB or pandas' },
      { run: 'peerprobe export crawls --data .peerprobe/amino | wc -l', does: 'how many crawls there are' },
      { run: 'peerprobe export edges --data .peerprobe/amino --format graphml --out graph.graphml', does: 'the network as a graph, for NetworkX or Gephi' }
    ]
  }).action(async (kind: FileKind, _: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { runExport } = await import('./run-export.ts')
      await runExport(kind, command.optsWithGlobals<ExportOptions>(), signal)
    })
  })
}
