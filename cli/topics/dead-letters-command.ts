import { wholeNumber } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { Command } from 'commander'

interface ListOptions extends SourceOptions { limit: number, json: boolean }

/** Adds `dead-letters list` and `dead-letters replay`. */
export function addDeadLettersCommand (program: Command): void {
  const group = program.command('dead-letters').description('lists and replays messages that could not be stored')

  withHelp(withSource(group.command('list'))
    .description('lists the dead letters that were not replayed, oldest first')
    .option('--limit <n>', 'maximum number listed', wholeNumber(1, 10_000), 100)
    .option('--json', 'one JSON object a line', false), {
    examples: [
      { run: 'peerprobe dead-letters list --data .peerprobe/amino', does: 'each with its code and its reason' },
      { run: 'peerprobe dead-letters list --data .peerprobe/amino --json | head -1', does: 'the oldest one, for a script' }
    ]
  }).action(async (_: unknown, command: Command) => {
    const { limit, json, ...source } = command.optsWithGlobals<ListOptions>()
    await runBody(async (signal) => {
      const [{ printListing }, { withTopics }, { listDeadLetters }] = await Promise.all([import('../output/listing.ts'), import('../source/open-source.ts'), import('./dead-letters.ts')])

      await withTopics(source, async (bus, consumer) => {
        const { rows, total } = await listDeadLetters(bus, consumer, limit, signal)
        await printListing([rows], {
          columns: ['AT', 'SOURCE', 'KEY', 'CODE', 'REASON'],
          cells: ({ at, source: from, key, code, reason }) => [at, from, key, code, reason]
        }, { json, footer: `${String(rows.length)} of ${String(total)}` }, signal)
      }, signal)
    })
  })

  withHelp(withSource(group.command('replay'))
    .description('publishes the dead letters that were not replayed to the topic again'), {
    examples: [{ run: 'peerprobe dead-letters replay --data .peerprobe/amino', does: 'after their cause was fixed' }]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const [{ withTopics }, { replayDeadLetters }] = await Promise.all([import('../source/open-source.ts'), import('./dead-letters.ts')])

      await withTopics(command.optsWithGlobals<SourceOptions>(), async (bus, consumer) => {
        process.stdout.write(`${String(await replayDeadLetters(bus, consumer, signal))} replayed\n`)
      }, signal)
    })
  })
}
