import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { withSource } from '../source/source-options.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { TargetOptions } from './offset-target.ts'
import type { Command } from 'commander'

interface Format { json: boolean }

/** Adds `offsets describe` and `offsets reset`. */
export function addOffsetsCommand (program: Command): void {
  const group = program.command('offsets').description('shows and sets the positions of the consumers')

  withHelp(withSource(group.command('describe'))
    .description('shows the offsets of the consumer group in each partition')
    .option('--json', 'one JSON object a line', false), {
    examples: [{ run: 'peerprobe offsets describe --data .peerprobe/amino', does: 'LAG is the number of messages that wait' }]
  }).action(async (_: unknown, command: Command) => {
    const { json, ...source } = command.optsWithGlobals<SourceOptions & Format>()
    await runBody(async (signal) => {
      const [{ withTopics }, { printOffsets }] = await Promise.all([import('../source/open-source.ts'), import('./print-offsets.ts')])
      await withTopics(source, async (bus, consumer) => {
        await printOffsets(bus, consumer, { json }, signal)
      }, signal)
    })
  })

  withHelp(withSource(group.command('reset'))
    .description('sets the offsets of the consumer group; its consumers must be stopped')
    .option('--to-earliest', 'to the oldest message')
    .option('--to-latest', 'after the newest message')
    .option('--to-datetime <time>', 'to the first message published at this time or later, such as 2026-01-31T08:00:00Z')
    .option('--json', 'one JSON object a line', false), {
    notes: ['Messages that are read again change nothing in the database. In a cluster, where no consumer is left to run the command in: kubectl peerprobe job NAME -- offsets reset …'],
    examples: [
      { run: 'peerprobe offsets reset --data .peerprobe/amino --to-earliest', does: 'read all kept messages again' },
      { run: 'peerprobe offsets reset --data .peerprobe/amino --to-datetime 2026-01-31T08:00:00Z', does: 'read the messages since then again' }
    ]
  }).action(async (_: unknown, command: Command) => {
    const { json, ...options } = command.optsWithGlobals<SourceOptions & TargetOptions & Format>()
    await runBody(async (signal) => {
      const [{ withTopics }, { printOffsets }, { targetOf }] = await Promise.all([import('../source/open-source.ts'), import('./print-offsets.ts'), import('./offset-target.ts')])
      const target = targetOf(options)
      await withTopics(options, async (bus, consumer) => {
        await bus.resetGroup(consumer.topic, consumer.group, target, signal)
        await printOffsets(bus, consumer, { json }, signal)
      }, signal)
    })
  })
}
