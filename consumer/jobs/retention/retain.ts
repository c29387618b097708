import { openStore } from '../../store/open-store.ts'
import { removeOlderThan } from './retention.ts'
import type { RetentionConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'

/**
 * Removes old rows once: the daily job. Two jobs at the same time are safe.
 *
 * @throws ProbeError with a code that begins with `PP_STORE_`
 */
export async function retain ({ config, log, clock }: JobContext<RetentionConfig>, signal: AbortSignal): Promise<void> {
  await using store = await openStore(config.store, { clock }, { coalesceWindowMs: 0 })
  await removeOlderThan({
    store,
    clock,
    log,
    onRemoved: (table, rows) => {
      log.debug({ table, count: rows }, 'rows removed')
    }
  }, clock.now() - config.afterMs, signal)
}
