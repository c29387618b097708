import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { CrawlListOptions } from './list-crawls.ts'
import type { Command } from 'commander'

/** Adds `crawls`. */
export function addCrawlsCommand (program: Command): void {
  withHelp(withSource(program.command('crawls')
    .description('lists crawls, the newest first'))
    .option('--scan <id>', 'only crawls of this scan: namespace/probe/scan', nonEmpty)
    .option('--limit <n>', 'maximum number listed', wholeNumber(1, 10_000), 20)
    .option('--json', 'one JSON object a line, with all columns', false), {
    examples: [
      { run: 'peerprobe crawls --data .peerprobe/amino', does: 'the last twenty crawls; CRAWL is the id that diff takes' },
      { run: 'peerprobe crawls --data .peerprobe/amino --limit 1 --json', does: 'the last crawl with all its figures' }
    ]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { listCrawls } = await import('./list-crawls.ts')
      await listCrawls(command.optsWithGlobals<CrawlListOptions>(), signal)
    })
  })
}
