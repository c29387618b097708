import { loadConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { exitCodeOf } from './process.ts'
import type { z } from 'zod'

/**
 * The configuration of this process from the file that PEERPROBE_CONFIG names. Where it is at fault, undefined:
 * then the fault is logged and the exit code is 64.
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
