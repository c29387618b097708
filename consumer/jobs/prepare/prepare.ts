import { openBus } from '../../../core/bus/open-bus.ts'
import { logMigration } from '../../store/migrations/log-migration.ts'
import { openStore } from '../../store/open-store.ts'
import type { PrepareConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'

/**
 * Brings the database to this version's schema and makes sure of the topics, before any other process starts. Safe to
 * run twice, and beside processes of the version before.
 *
 * @throws ProbeError with the code of whatever is wrong with database, Kafka or topics
 */
export async function prepare ({ config, log, clock }: JobContext<PrepareConfig>, signal: AbortSignal): Promise<void> {
  await using store = await openStore(config.store, { clock }, { coalesceWindowMs: 0 })
  logMigration(log, await store.migrate())
  log.info('database prepared')

  await using bus = await openBus(config.bus, { log, clock }, signal)

  for (const topic of config.topics) {
    if (config.createTopics) {
      await bus.ensureTopic(topic, signal)
    }

    // Asks for the topic as its readers do, in their group's name: both must be ours to use.
    await bus.groupPositions(topic.name, topic.group, signal)
    log.info({ topic: topic.name }, 'topic there')
  }
}
