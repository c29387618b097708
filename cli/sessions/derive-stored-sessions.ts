import { deriveSessions } from '../../consumer/jobs/sessions/derive-sessions.ts'
import { requireSchema } from '../../consumer/store/schema-version.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { writeOut } from '../output/write-out.ts'
import { openToWrite } from '../source/open-source.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `sessions derive`. */
export interface DeriveOptions extends SourceOptions {
  /** Age of the last contact from which sessions are removed, in milliseconds. @default that of the configuration, else none is removed */
  keep?: number

  json: boolean
}

/** Derives the sessions of the database that the options choose. @throws ProbeError `PP_STORE_CONFLICT` while another process derives */
export async function deriveStoredSessions (options: DeriveOptions, signal: AbortSignal): Promise<void> {
  const { store, source } = await openToWrite(options)
  await using _ = store
  await requireSchema(store)
  const deps = { store, clock: systemClock, log: createLogger({ level: 'silent' }) }
  // No session is older than the epoch.
  const keepMs = options.keep ?? source.keepSessionsMs ?? systemClock.now()
  const report = await deriveSessions(deps, { keepMs, isGentle: true }, signal)

  await writeOut(options.json
    ? `${JSON.stringify(report)}\n`
    : `${String(report.peers)} peers looked at, ${String(report.written)} sessions written, ${String(report.expired)} removed because of their age\n`, signal)
}
