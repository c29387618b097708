import { Argument, Option } from 'commander'
import { RECORD_KIND_NAMES } from '../../consumer/records/record-kinds.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withFilters } from '../read/filter-options.ts'
import { withSource } from '../source/source-options.ts'
import type { RecordKind } from '../../consumer/records/record-kinds.ts'
import type { ExportOptions } from './run-export.ts'
import type { Command } from 'commander'

/** Adds `export`. */
export function addExportCommand (program: Command): void {
  withHelp(withFilters(withSource(program.command('export')
    .description('writes all peers, visits, crawls or sessions as a file')), ...RECORD_KIND_NAMES)
    .addArgument(new Argument('<kind>', 'what to export').choices(RECORD_KIND_NAMES))
    .addOption(new Option('--format <format>', 'format of the file').choices(['ndjson', 'csv', 'parquet']).default('ndjson'))
    .option('--out <file>', 'where the file goes; - is standard output', nonEmpty, '-'), {
    examples: [
      { run: 'peerprobe export nodes --data .peerprobe/amino --format csv --out nodes.csv', does: 'a table of all peers, for a spreadsheet' },
      { run: 'peerprobe export visits --data .peerprobe/amino --since 24h --format parquet --out visits.parquet', does: 'the visits of a day, for DuckDB or pandas' },
      { run: 'peerprobe export crawls --data .peerprobe/amino | wc -l', does: 'how many crawls there are' }
    ]
  }).action(async (kind: RecordKind, _: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { runExport } = await import('./run-export.ts')
      await runExport(kind, command.optsWithGlobals<ExportOptions>(), signal)
    })
  })
}
