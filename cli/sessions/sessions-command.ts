import { InvalidArgumentError } from 'commander'
import { DurationText, toMilliseconds } from '../../core/time/duration.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { pointInTime } from '../read/time-option.ts'
import { withSource } from '../source/source-options.ts'
import type { DeriveOptions } from './derive-stored-sessions.ts'
import type { SessionsOptions } from './print-sessions.ts'
import type { Command } from 'commander'

/** Adds `sessions show`, which `sessions` alone stands for, and `sessions derive`. */
export function addSessionsCommand (program: Command): void {
  const group = program.command('sessions').description('shows how long peers stay, and derives that from the visits')

  withHelp(withSource(group.command('show', { isDefault: true }))
    .description('shows for each network and vantage how long peers stay, with bounds, and the classes of peers (the default)')
    .option('--since <time>', 'begin of the window: a time, a date, or how long ago; by default 336h (14 days) before its end', pointInTime)
    .option('--until <time>', 'end of the window: a time, a date, or how long ago; by default now', pointInTime)
    .option('--json', 'print one JSON object, with the whole curves', false), {
    notes: [
      'A peer is visited only so often: of each length there is a lower and an upper bound, and the truth lies between them. The survival\ncurve follows sessions that began in the first half of the window for half of the window.',
      'All figures are of the time from the first crawl to the last one within the window, without the times between them in which we did\nnot crawl: no peer counts as offline while nobody looked.',
      'Sessions are derived every hour, by the job `sessions` or by the consumer; `peerprobe sessions derive` does it at once.'
    ],
    examples: [
      { run: 'peerprobe sessions show --data .peerprobe/amino --since 168h', does: 'of the last seven days' },
      { run: 'peerprobe sessions show --data .peerprobe/amino --json', does: 'the same figures of the last 14 days for a script' }
    ]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { printSessions } = await import('./print-sessions.ts')
      await printSessions(command.optsWithGlobals<SessionsOptions>(), signal)
    })
  })

  withHelp(withSource(group.command('derive'))
    .description('derives the sessions of all peers that were visited since the last time')
    .option('--keep <duration>', 'also remove sessions whose last contact is older, such as 8760h; by default as the configuration says, else none', parseKeep)
    .option('--json', 'print one JSON object', false), {
    examples: [{ run: 'peerprobe sessions derive --data .peerprobe/amino', does: 'after a crawl, without waiting for the hourly derivation' }]
  }).action(async (_: unknown, command: Command) => {
    await runBody(async (signal) => {
      const { deriveStoredSessions } = await import('./derive-stored-sessions.ts')
      await deriveStoredSessions(command.optsWithGlobals<DeriveOptions>(), signal)
    })
  })
}

function parseKeep (text: string): number {
  if (!DurationText.safeParse(text).success || toMilliseconds(text) === 0) {
    throw new InvalidArgumentError('must be a duration such as 720h or 8760h.')
  }

  return toMilliseconds(text)
}
