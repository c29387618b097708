// Derivations of sessions: once as a job, or at an interval inside the consumer, for deployments without such a job.
import { isProbeError } from '../../../core/errors.ts'
import { sleep } from '../../../core/time/sleep.ts'
import { openStore } from '../../store/open-store.ts'
import { deriveSessions } from './derive-sessions.ts'
import type { SessionsConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'
import type { DeriveSessionsDeps } from './derive-sessions.ts'

/** Settings of repeated derivations. */
export interface RunSessionsOptions {
  /** Sessions whose last contact is older are removed, in milliseconds. */
  keepMs: number

  /** Time between two derivations in milliseconds. */
  intervalMs: number
}

// After a start, the backlog of messages comes first.
const FIRST_AFTER_MS = 60_000

const MIN_INTERVAL_MS = 60_000

/**
 * Derives sessions once.
 *
 * @throws ProbeError with a code that begins with `PP_STORE_`, `PP_STORE_CONFLICT` while another process derives
 */
export async function deriveOnce ({ config, log, clock }: JobContext<SessionsConfig>, signal: AbortSignal): Promise<void> {
  await using store = await openStore(config.store, { clock }, { coalesceWindowMs: 0 })
  await deriveSessions({ store, clock, log }, { keepMs: config.keepMs, isGentle: false }, signal)
}

/** Derives sessions at an interval until `signal` aborts. A failed derivation is logged; the next one begins with its changes. */
export async function runSessions (deps: DeriveSessionsDeps, { keepMs, intervalMs }: RunSessionsOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  await sleep(clock, FIRST_AFTER_MS, signal)

  for (;;) {
    try {
      await deriveSessions(deps, { keepMs, isGentle: true }, signal)
    } catch (err) {
      if (!(isProbeError(err) && err.retryable)) {
        throw err
      }

      log.warn({ err }, 'sessions not derived')
    }

    await sleep(clock, Math.max(MIN_INTERVAL_MS, intervalMs), signal)
  }
}
