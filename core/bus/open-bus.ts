import { EmbeddedBus } from './embedded/embedded-bus.ts'
import { KafkaBus } from './kafka/kafka-bus.ts'
import type { BusConfig } from '../contracts/process-config.ts'
import type { Logger } from '../process/logger.ts'
import type { Clock } from '../time/clock.ts'
import type { EventBus } from './port/event-bus.ts'

/** Dependencies of both buses. */
export interface BusDeps {
  log: Logger
  clock: Clock

  /** Whether the disk of an embedded log is nearly full: then it removes committed messages at once. @default false */
  isDiskLow?: () => boolean
}

/** Opens the message bus of a configuration. @throws ProbeError as {@link EmbeddedBus.open} and {@link KafkaBus.open} */
export async function openBus ({ embedded, kafka }: BusConfig, { log, ...rest }: BusDeps, signal: AbortSignal): Promise<EventBus> {
  const deps = { log: log.child({ part: 'bus' }), ...rest }

  if (kafka !== undefined) {
    return await KafkaBus.open(deps, kafka, signal)
  }
  if (embedded !== undefined) {
    return await EmbeddedBus.open(deps, embedded, signal)
  }

  throw new TypeError('a bus configuration has exactly one kind')
}
