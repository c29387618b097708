import { systemClock } from '../time/clock.ts'
import { loadOrExit } from './load-or-exit.ts'
import { createLogger } from './logger.ts'
import { runProcess } from './process.ts'
import type { Clock } from '../time/clock.ts'
import type { Logger } from './logger.ts'
import type { z } from 'zod'

/** Dependencies of every job. */
export interface JobContext<Config> {
  config: Config
  log: Logger
  clock: Clock
}

const STOP_TIMEOUT_MS = 25_000

/** Runs a job as this process: reads its configuration from the file in PEERPROBE_CONFIG, works to its end, and writes a termination message if it fails. */
export async function runJob<Schema extends z.ZodType<{ terminationLog?: string | undefined }>> (
  component: string,
  schema: Schema,
  work: (context: JobContext<z.output<Schema>>, signal: AbortSignal) => Promise<void>
): Promise<void> {
  const config = await loadOrExit(component, schema)

  if (config === undefined) {
    return
  }

  const log = createLogger({ level: 'info', base: { component } })
  await runProcess(signal => work({ config, log, clock: systemClock }, signal), { log, stopTimeoutMs: STOP_TIMEOUT_MS, terminationLog: config.terminationLog })
}
