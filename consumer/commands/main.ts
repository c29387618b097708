#!/usr/bin/env node
/**
 * `peerprobe dead-letters list|replay` and `peerprobe offsets describe|reset`: maintenance of a consumer's topics, with
 * the consumer's own configuration file. In a cluster: `kubectl exec deploy/NAME-consumer -- node consumer/commands/main.ts …`.
 * `offsets reset` needs stopped consumers, so it runs as a Job: `kubectl peerprobe job NAME -- offsets reset …`.
 */
import { Command, Option } from 'commander'
import { openBus } from '../../core/bus/open-bus.ts'
import { lagAt } from '../../core/bus/port/event-bus.ts'
import { ConsumerConfig } from '../../core/contracts/process-config.ts'
import { ProbeError } from '../../core/errors.ts'
import { loadConfig } from '../../core/process/config.ts'
import { createLogger } from '../../core/process/logger.ts'
import { runCommand } from '../../core/process/run-command.ts'
import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { formatTable } from '../../core/text/table.ts'
import { systemClock } from '../../core/time/clock.ts'
import { listDeadLetters, replayDeadLetters } from './dead-letters.ts'
import { targetOf } from './target.ts'
import type { EventBus } from '../../core/bus/port/event-bus.ts'
import type { TargetOptions } from './target.ts'

type Work = (bus: EventBus, config: ConsumerConfig, signal: AbortSignal) => Promise<void>

const STOP_TIMEOUT_MS = 10_000
const { stdout } = process

const program = new Command('peerprobe')
  .description('Lists and replays dead letters, shows and sets offsets.')
  .addOption(new Option('--config <file>', 'configuration file of the consumer').argParser(nonEmpty).env('PEERPROBE_CONFIG'))

const deadLetters = program.command('dead-letters').description('messages that could not be stored')
deadLetters.command('list')
  .description('lists the dead letters that were not replayed')
  .option('--limit <n>', 'maximum number listed', wholeNumber(1, 10_000), 100)
  .option('--json', 'one JSON object a line', false)
  .action(async ({ limit, json }: { limit: number, json: boolean }) => {
    await work(async (bus, config, signal) => {
      const { rows, total } = await listDeadLetters(bus, config, limit, signal)

      if (json) {
        rows.forEach(row => stdout.write(`${JSON.stringify(row)}\n`))
      } else {
        stdout.write(formatTable(['AT', 'SOURCE', 'KEY', 'CODE', 'REASON'], rows.map(({ at, source, key, code, reason }) => [at, source, key, code, reason])))
        stdout.write(`${String(rows.length)} of ${String(total)}\n`)
      }
    })
  })
deadLetters.command('replay')
  .description('publishes the dead letters that were not replayed to the topic again')
  .action(async () => {
    await work(async (bus, config, signal) => {
      stdout.write(`${String(await replayDeadLetters(bus, config, signal))} replayed\n`)
    })
  })

const offsets = program.command('offsets').description('positions of the consumer group')
offsets.command('describe')
  .description('shows the offsets of the group')
  .action(async () => {
    await work(async (bus, config, signal) => {
      await describe(bus, config, signal)
    })
  })
offsets.command('reset')
  .description('sets the offsets of the group; its consumers must be stopped')
  .option('--to-earliest', 'to the oldest message')
  .option('--to-latest', 'after the newest message')
  .option('--to-datetime <time>', 'to the first message published at this time or later, such as 2026-01-31T08:00:00Z')
  .action(async (options: TargetOptions) => {
    await work(async (bus, config, signal) => {
      const target = targetOf(options)

      if (typeof target !== 'string' && 'fault' in target) {
        throw new ProbeError('PP_CONFIG_INVALID', target.fault)
      }

      await bus.resetGroup(config.topic, config.group, target, signal)
      await describe(bus, config, signal)
    })
  })

await program.parseAsync()

async function describe (bus: EventBus, { topic, group }: ConsumerConfig, signal: AbortSignal): Promise<void> {
  const rows = (await bus.groupPositions(topic, group, signal)).map(position =>
    [topic, position.partition, position.oldest, position.next, position.committed, lagAt(position)])

  stdout.write(formatTable(['TOPIC', 'PARTITION', 'OLDEST', 'NEXT', 'COMMITTED', 'LAG'], rows))
}

async function work (body: Work): Promise<void> {
  await runCommand(async (signal) => {
    const config = await loadConfig(ConsumerConfig, program.opts<{ config?: string }>().config)
    await using bus = await openBus(config.bus, { log: createLogger({ level: 'silent' }), clock: systemClock }, signal)

    await body(bus, config, signal)
  }, { stopTimeoutMs: STOP_TIMEOUT_MS })
}
