// Retention inside the consumer, for deployments without a retention job. It works in small steps with pauses
// as long as the steps, so that the writer gets its share of the database and a restart loses nothing.
import { isProbeError } from '../../../core/errors.ts'
import { retry } from '../../../core/time/backoff.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { sleep } from '../../../core/time/sleep.ts'
import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { NodeStore, PurgeStep } from '../../store/model/node-store.ts'

export interface RetentionDeps {
  store: Pick<NodeStore, 'purge'>
  clock: Clock
  log: Logger

  /** Called with the number of rows that a step removed. */
  onRemoved: (table: string, rows: number) => void
}

/** Settings of the retention. */
export interface RetentionOptions {
  /** Nodes and visits older than this are removed, in milliseconds. */
  afterMs: number

  /** Time between two removals in milliseconds. */
  intervalMs: number
}

// After a start, the backlog of messages comes first.
const FIRST_AFTER_MS = 60_000

const MIN_INTERVAL_MS = 60_000
const MIN_PAUSE_MS = 5
const ATTEMPTS = 8

/** Removes old rows at an interval until `signal` aborts. A failed removal is logged; the next one removes its rows. */
export async function runRetention (deps: RetentionDeps, { afterMs, intervalMs }: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  await sleep(clock, FIRST_AFTER_MS, signal)

  for (;;) {
    try {
      await removeOlderThan(deps, clock.now() - afterMs, signal)
    } catch (err) {
      if (isAbort(err) || !(isProbeError(err) && err.retryable)) {
        throw err
      }

      log.warn({ err }, 'old rows not removed')
    }

    await sleep(clock, Math.max(MIN_INTERVAL_MS, intervalMs), signal)
  }
}

/** Removes all rows older than `beforeMs`; logs and returns their number. */
export async function removeOlderThan ({ store, clock, log, onRemoved }: RetentionDeps, beforeMs: number, signal: AbortSignal): Promise<number> {
  let removed = 0

  for (let step: PurgeStep | undefined; step === undefined || step.next !== undefined;) {
    const cursor: PurgeStep['next'] = step?.next
    const startMs = clock.monotonic()
    step = await retry(async () => await store.purge(beforeMs, cursor), { clock, signal, attempts: ATTEMPTS })
    removed += step.removed
    onRemoved(step.table, step.removed)
    await sleep(clock, Math.max(MIN_PAUSE_MS, clock.monotonic() - startMs), signal)
  }

  log.info({ count: removed, before: new Date(beforeMs).toISOString() }, 'old rows removed')

  return removed
}
