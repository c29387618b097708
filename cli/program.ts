import { Command, Option } from 'commander'
import { VERSION } from '../core/process/build-info.ts'
import { EXIT } from '../core/process/process.ts'
import { nonEmpty } from '../core/text/option-text.ts'
import { addCheckCommand } from './check/check-command.ts'
import { addCompletionCommand } from './completion/completion-command.ts'
import { addConvertCommand } from './convert/convert-command.ts'
import { addNetworksCommand } from './describe/networks-command.ts'
import { addSchemaCommand } from './describe/schema-command.ts'
import { addEdgesCommand } from './edges/edges-command.ts'
import { addExportCommand } from './export/export-command.ts'
import { addCrawlsCommand } from './read/crawls-command.ts'
import { addDiffCommand } from './read/diff-command.ts'
import { addNodesCommand } from './read/nodes-command.ts'
import { addSummaryCommand } from './read/summary-command.ts'
import { addRunCommand } from './run/run-command.ts'
import { addSessionsCommand } from './sessions/sessions-command.ts'
import { addDeadLettersCommand } from './topics/dead-letters-command.ts'
import { addOffsetsCommand } from './topics/offsets-command.ts'
import { addBackupCommand } from './upkeep/backup-command.ts'
import { addMigrateCommand } from './upkeep/migrate-command.ts'
import { addRestoreCommand } from './upkeep/restore-command.ts'
import { addRetentionCommand } from './upkeep/retention-command.ts'

const HELP = `
Each command has examples and its exit codes: peerprobe run --help
The first steps: peerprobe run --once, then peerprobe summary`

// Commands load what they need when they run, so that help is fast.
const COMMANDS = [
  addRunCommand,
  addSummaryCommand,
  addNodesCommand,
  addCrawlsCommand,
  addDiffCommand,
  addSessionsCommand,
  addCheckCommand,
  addEdgesCommand,
  addExportCommand,
  addNetworksCommand,
  addDeadLettersCommand,
  addOffsetsCommand,
  addRetentionCommand,
  addMigrateCommand,
  addBackupCommand,
  addRestoreCommand,
  addSchemaCommand,
  addCompletionCommand,
  addConvertCommand
]

/** The command line `peerprobe`, with all its commands. */
export function peerprobeProgram (): Command {
  const program = new Command('peerprobe')
    .description('Crawls libp2p networks, shows what was found, and looks after the data.')
    .version(VERSION)
    .enablePositionalOptions()
    // Where scripts of earlier versions give it: before the command.
    .addOption(new Option('--config <file>', 'configuration file of a consumer').argParser(nonEmpty).hideHelp())
    .addHelpText('after', HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))

  COMMANDS.forEach((add) => {
    add(program)
  })

  return program
}
