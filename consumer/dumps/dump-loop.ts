import { isProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { DumpResult } from './node-dump.ts'

/** What the dumps of a process work with. */
export interface DumpLoopDeps {
  dump: { dump: (signal: AbortSignal) => Promise<DumpResult> }
  clock: Clock
  log: Logger

  /** Whether this consumer is the one of its group that dumps: the one with partition 0. */
  isDumper: () => boolean

  /** Told of each dump, how long it took, or that it failed. */
  onDump: (result: DumpResult | { outcome: 'failed' }, durationMs: number) => void
}

// An interval of 0 means as often as can be, not without a pause.
const MIN_INTERVAL_MS = 1_000

/** Makes dumps on an interval, and a last one when the process stops. */
export class DumpLoop {
  readonly #deps: DumpLoopDeps

  constructor (deps: DumpLoopDeps) {
    this.#deps = deps
  }

  /** Dumps on an interval until `signal` aborts. A dump that fails is logged and made up for by the next one. */
  async run (intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#deps.clock, Math.max(MIN_INTERVAL_MS, intervalMs), signal)
      await this.dumpNow(signal)
    }
  }

  /** Makes one dump, if this consumer is the one to do so. */
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
