import { loadConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { exitCodeOf } from './process.ts'
import type { z } from 'zod'

/**
 * Loads the configuration of this process from the file in PEERPROBE_CONFIG. If it is invalid: logs the error, sets
 * the exit code 64 and returns undefined.
 */
export async function loadOrExit<Schema extends z.ZodType> (component: string, schema: Schema): Promise<z.output<Schema> | undefined> {
  try {
    return await loadConfig(schema, process.env['PEERPROBE_CONFIG'])
  } catch (err) {
    createLogger({ level: 'info', base: { component } }).fatal({ err }, 'failed')
    process.exitCode = exitCodeOf(err)
    return undefined
  }
}
