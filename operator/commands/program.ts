import { Command } from 'commander'
import { VERSION } from '../../core/process/build-info.ts'
import { EXIT } from '../../core/process/process.ts'
import { addBundleCommand } from './bundle/bundle-command.ts'
import { addCompletionCommand } from './completion/completion-command.ts'
import { addCrawlNowCommand } from './crawl-now/crawl-now-command.ts'
import { addJobCommand } from './job-command.ts'
import { addLogsCommand } from './logs/logs-command.ts'
import { addPlanCommand } from './plan-command.ts'
import { addStatusCommand } from './status/status-command.ts'

const HELP = `
It has the rights of its user, and nothing of it is needed for crawls. Only crawl-now changes anything: an annotation.
Each subcommand has examples and its exit codes: kubectl peerprobe status --help`

/** The command line, with all its subcommands. */
export function kubectlProgram (): Command {
  const program = new Command('kubectl-peerprobe')
    .description('Looks after PeerProbes: whether they are healthy, what a manifest would change, logs, a crawl at once, a support file.')
    .version(VERSION)
    .addHelpText('after', HELP)
    // What was asked wrongly: as everywhere else in PeerProbe.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))

  for (const add of [addStatusCommand, addPlanCommand, addCrawlNowCommand, addLogsCommand, addBundleCommand, addJobCommand, addCompletionCommand]) {
    add(program)
  }

  return program
}
