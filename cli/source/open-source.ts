import { openStore } from '../../consumer/store/open-store.ts'
import { requireSchema } from '../../consumer/store/schema-version.ts'
import { openBus } from '../../core/bus/open-bus.ts'
import { ProbeError } from '../../core/errors.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { findSource } from './find-source.ts'
import type { NodeStore } from '../../consumer/store/model/node-store.ts'
import type { EventBus } from '../../core/bus/port/event-bus.ts'
import type { ConsumerConfig } from '../../core/contracts/process-config.ts'
import type { Source } from './find-source.ts'
import type { SourceOptions } from './source-options.ts'

// Commands print to the terminal and log nothing.
const log = createLogger({ level: 'silent' })

/**
 * Opens the database that the options choose, to read it. A SQLite file is opened read-only, and never created.
 *
 * @throws ProbeError `PP_CONFIG_INVALID`, `PP_FILE_UNUSABLE`, a code that begins with `PP_STORE_`; `PP_STORE_SCHEMA` when its
 * tables are older or newer than this version
 */
export async function openToRead (options: SourceOptions): Promise<{ store: NodeStore, source: Source }> {
  const source = await findSource(options)
  const store = await openStore(source.store, { clock: systemClock }, { coalesceWindowMs: 0, readOnly: true })

  try {
    await requireSchema(store)
  } catch (err) {
    await store[Symbol.asyncDispose]()
    throw err
  }

  return { store, source }
}

/** Opens the database that the options choose, to change it. @throws ProbeError as {@link openToRead}, without `PP_STORE_SCHEMA` */
export async function openToWrite (options: SourceOptions): Promise<{ store: NodeStore, source: Source }> {
  const source = await findSource(options)

  return { source, store: await openStore(source.store, { clock: systemClock }, { coalesceWindowMs: 0 }) }
}

/** The topics of a consumer, on an open bus. */
export type Topics = (bus: EventBus, consumer: ConsumerConfig, signal: AbortSignal) => Promise<void>

/** Opens the bus of the consumer that the options choose. @throws ProbeError `PP_CONFIG_INVALID` when they choose no consumer */
export async function withTopics (options: SourceOptions, work: Topics, signal: AbortSignal): Promise<void> {
  const { consumer } = await findSource(options)

  if (consumer === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', 'which topics: give --config with the configuration of a consumer, or --data with the folder of a run')
  }

  await using bus = await openBus(consumer.bus, { log, clock: systemClock }, signal)
  await work(bus, consumer, signal)
}
