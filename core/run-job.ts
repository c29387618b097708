import { systemClock } from './clock.ts'
import { loadConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { exitCodeOf, runProcess } from './process.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { z } from 'zod'

/** What every job is given. */
export interface JobContext<Config> {
  config: Config
  log: Logger
  clock: Clock
}

const STOP_TIMEOUT_MS = 25_000

/** Runs a job as this process: reads its configuration from the file that PEERPROBE_CONFIG names, works to its end, and leaves its last words. */
export async function runJob<Schema extends z.ZodType<{ terminationLog?: string | undefined }>> (
  component: string,
  schema: Schema,
  work: (context: JobContext<z.output<Schema>>, signal: AbortSignal) => Promise<void>
): Promise<void> {
  const log = createLogger({ level: 'info', base: { component } })
  let config: z.output<Schema>

  try {
    config = await loadConfig(schema, process.env['PEERPROBE_CONFIG'])
  } catch (err) {
    log.fatal({ err }, 'failed')
    process.exitCode = exitCodeOf(err)
    return
  }

  await runProcess(signal => work({ config, log, clock: systemClock }, signal), { log, stopTimeoutMs: STOP_TIMEOUT_MS, terminationLog: config.terminationLog })
}
