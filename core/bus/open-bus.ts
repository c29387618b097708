import { EmbeddedBus } from './embedded/embedded-bus.ts'
import { KafkaBus } from './kafka/kafka-bus.ts'
import type { BusConfig } from '../contracts/process-config.ts'
import type { Logger } from '../process/logger.ts'
import type { Clock } from '../time/clock.ts'
import type { EventBus } from './port/event-bus.ts'

/** What a bus works with, whichever adapter it is. */
export interface BusDeps {
  log: Logger
  clock: Clock

  /** Whether the disk of an embedded log has nearly no room: it keeps nothing then that was committed. @default false */
  isDiskLow?: () => boolean
}

/** Opens the message bus that a configuration names. @throws ProbeError what {@link EmbeddedBus.open} and {@link KafkaBus.open} throw */
export async function openBus ({ embedded, kafka }: BusConfig, { log, ...rest }: BusDeps, signal: AbortSignal): Promise<EventBus> {
  const deps = { log: log.child({ part: 'bus' }), ...rest }

  if (kafka !== undefined) {
    return await KafkaBus.open(deps, kafka, signal)
  }
  if (embedded !== undefined) {
    return await EmbeddedBus.open(deps, embedded, signal)
  }

  throw new TypeError('a bus configuration names one kind')
}
