import { EmbeddedBus } from './embedded-bus.ts'
import type { Clock } from '../clock.ts'
import type { BusConfig } from '../contracts/process-config.ts'
import type { Logger } from '../logger.ts'
import type { EventBus } from './event-bus.ts'

/** What a bus works with, whichever adapter it is. */
export interface BusDeps {
  log: Logger
  clock: Clock
}

/** Opens the message bus that a configuration names. */
export async function openBus ({ embedded }: BusConfig, { log, clock }: BusDeps, signal: AbortSignal): Promise<EventBus> {
  return await EmbeddedBus.open({ log: log.child({ part: 'bus' }), clock }, embedded, signal)
}
