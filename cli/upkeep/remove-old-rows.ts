import { removeOlderThan } from '../../consumer/jobs/retention/retention.ts'
import { requireSchema } from '../../consumer/store/schema-version.ts'
import { ProbeError } from '../../core/errors.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { writeOut } from '../output/write-out.ts'
import { openToWrite } from '../source/open-source.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** What is removed, and how it is reported. */
export interface RemovalOptions {
  /** Age of the rows in milliseconds. @default that of the configuration */
  afterMs: number | undefined

  json: boolean
}

/** Removes old rows of the database that the options choose, and prints their number by table. */
export async function removeOldRows (options: SourceOptions, { afterMs, json }: RemovalOptions, signal: AbortSignal): Promise<void> {
  const { store, source } = await openToWrite(options)
  await using _ = store
  const ageMs = afterMs ?? source.keepMs

  if (ageMs === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', 'how old: give --after; the configuration does not say it')
  }

  await requireSchema(store)
  const beforeMs = systemClock.now() - ageMs
  const rows = new Map<string, number>()
  const removed = await removeOlderThan({
    store,
    clock: systemClock,
    log: createLogger({ level: 'silent' }),
    onRemoved: (table, count) => {
      rows.set(table, (rows.get(table) ?? 0) + count)
    }
  }, beforeMs, signal)
  const before = new Date(beforeMs).toISOString()

  await writeOut(json
    ? `${JSON.stringify({ before, removed, rows: Object.fromEntries(rows) })}\n`
    : `${String(removed)} rows from before ${before} removed${[...rows].filter(([, n]) => n > 0).map(([table, n]) => `\n  ${table}: ${String(n)}`).join('')}\n`, signal)
}
