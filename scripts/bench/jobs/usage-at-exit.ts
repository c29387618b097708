/**
 * Imported before the main module of a process that is measured (`node --import`): when the process ends, it writes what it
 * used to the file in {@link USAGE_VARIABLE}. Nobody can ask a process for its peak memory after its end.
 */
import { writeFileSync } from 'node:fs'
import { cpuMs } from '../cpu-ms.ts'

/** Variable with the path of the file. */
export const USAGE_VARIABLE = 'BENCH_USAGE_FILE'

/** What a process used from its start to its end. */
export interface ProcessUsage {
  /** User and system time of all its threads. */
  cpuMs: number

  /** Peak of its resident memory. */
  rssMb: number
}

const path = process.env[USAGE_VARIABLE]

if (path !== undefined) {
  process.on('exit', () => {
    writeFileSync(path, JSON.stringify({ cpuMs: cpuMs(), rssMb: process.resourceUsage().maxRSS / 1_024 } satisfies ProcessUsage))
  })
}
