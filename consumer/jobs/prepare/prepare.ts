import { openBus } from '../../../core/bus/open-bus.ts'
import { logMigration } from '../../store/migrations/log-migration.ts'
import { openStore } from '../../store/open-store.ts'
import type { PrepareConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'

/**
 * Brings the database to this version's schema and creates missing topics, before any other process starts. Safe to
 * run twice, and while processes of the previous version run.
 *
 * @throws ProbeError with the code of what is wrong with the database, Kafka or the topics
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

    // Reads the topic's metadata as a member of the consumers' group: this user needs the rights to both.
    await bus.groupPositions(topic.name, topic.group, signal)
    log.info({ topic: topic.name }, 'topic there')
  }
}
