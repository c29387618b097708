import { systemClock } from '../time/clock.ts'
import { loadOrExit } from './load-or-exit.ts'
import { createLogger } from './logger.ts'
import { createRegistry } from './metrics.ts'
import { runProcess } from './process.ts'
import { Progress } from './progress.ts'
import type { Clock } from '../time/clock.ts'
import type { Logger, LoggerOptions } from './logger.ts'
import type { Registry } from './metrics.ts'
import type { z } from 'zod'

/** Fields of every component's configuration. */
export interface ComponentConfig {
  logLevel: LoggerOptions['level']
  stopTimeoutMs: number
  terminationLog?: string | undefined
}

/** Dependencies of every component. */
export interface ComponentContext<Config> {
  config: Config
  log: Logger
  registry: Registry
  progress: Progress
  clock: Clock
}

/**
 * Runs a component as this process: reads its configuration from the file in PEERPROBE_CONFIG, then works until
 * it is stopped. Exits with 64 when the configuration is invalid.
 */
export async function runComponent<Schema extends z.ZodType<ComponentConfig>> (
  component: string,
  schema: Schema,
  main: (context: ComponentContext<z.output<Schema>>, signal: AbortSignal) => Promise<void>
): Promise<void> {
  const config = await loadOrExit(component, schema)

  if (config === undefined) {
    return
  }

  const log = createLogger({ level: config.logLevel, base: { component } })
  const context = { config, log, registry: createRegistry(component), progress: new Progress({ clock: systemClock }), clock: systemClock }

  await runProcess(signal => main(context, signal), { log, stopTimeoutMs: config.stopTimeoutMs, terminationLog: config.terminationLog })
}
