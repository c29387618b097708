import { isProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { DumpResult } from './node-dump.ts'

export interface DumpLoopDeps {
  dump: { dump: (signal: AbortSignal) => Promise<DumpResult> }
  clock: Clock
  log: Logger

  /** Whether this consumer writes the dumps of its group: the consumer with partition 0 does. */
  isDumper: () => boolean

  /** Called after each dump, with its duration, or with its failure. */
  onDump: (result: DumpResult | { outcome: 'failed' }, durationMs: number) => void
}

// Smallest pause, also for an interval of 0.
const MIN_INTERVAL_MS = 1_000

/** Writes dumps at an interval, and a last one when the process stops. */
export class DumpLoop {
  readonly #deps: DumpLoopDeps

  constructor (deps: DumpLoopDeps) {
    this.#deps = deps
  }

  /** Writes dumps at an interval until `signal` aborts. A failed dump is logged; the next one includes its nodes. */
  async run (intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#deps.clock, Math.max(MIN_INTERVAL_MS, intervalMs), signal)
      await this.dumpNow(signal)
    }
  }

  /** Writes one dump, if this consumer writes the dumps of its group. */
  async dumpNow (signal: AbortSignal): Promise<void> {
    const { dump, clock, log, isDumper, onDump } = this.#deps

    if (!isDumper()) {
      return
    }

    const startMs = clock.monotonic()

    try {
      const result = await dump.dump(signal)
      const durationMs = Math.round(clock.monotonic() - startMs)
      onDump(result, durationMs)

      if (result.outcome === 'written') {
        const { file, count, bytes } = result.entry
        log.info({ file, nodes: count, bytes, durationMs }, 'dump written')
      }
    } catch (err) {
      if (isAbort(err) || !isProbeError(err)) {
        throw err
      }

      log.error({ err }, 'dump failed')
      onDump({ outcome: 'failed' }, Math.round(clock.monotonic() - startMs))
    }
  }
}
