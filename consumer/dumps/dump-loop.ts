import { isProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { DumpResult, RecordDump } from './record-dump.ts'

/** What became of a dump. */
export type DumpReport = (DumpResult | { outcome: 'failed' }) & { durationMs: number }

export interface DumpLoopDeps {
  dump: Pick<RecordDump, 'contents' | 'dump'>
  clock: Clock
  log: Logger

  /** Whether this consumer writes the dumps of its group: the consumer with partition 0 does. */
  isDumper: () => boolean

  /** Called after each dump with what it contains and what became of it. */
  onDump: (content: DumpContent, result: DumpReport) => void
}

// Smallest pause, also for an interval of 0.
const MIN_INTERVAL_MS = 1_000

/** Writes dumps of each content at an interval, and a last one when the process stops. */
export class DumpLoop {
  readonly #deps: DumpLoopDeps

  constructor (deps: DumpLoopDeps) {
    this.#deps = deps
  }

  /** Writes dumps at an interval until `signal` aborts. A failed dump is logged; the next one includes its records. */
  async run (intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#deps.clock, Math.max(MIN_INTERVAL_MS, intervalMs), signal)
      await this.dumpNow(signal)
    }
  }

  /** Writes one dump of each content, if this consumer writes the dumps of its group. A failed one does not stop the others. */
  async dumpNow (signal: AbortSignal): Promise<void> {
    for (const content of this.#deps.dump.contents) {
      if (this.#deps.isDumper()) {
        await this.#dump(content, signal)
      }
    }
  }

  async #dump (content: DumpContent, signal: AbortSignal): Promise<void> {
    const { dump, clock, log, onDump } = this.#deps
    const startMs = clock.monotonic()
    const durationMs = (): number => Math.round(clock.monotonic() - startMs)

    try {
      const result = await dump.dump(content, signal)
      onDump(content, { ...result, durationMs: durationMs() })

      if (result.outcome === 'written') {
        const { file, count, bytes } = result.entry
        log.info({ content, file, count, bytes, durationMs: durationMs() }, 'dump written')
      }
    } catch (err) {
      if (isAbort(err) || !isProbeError(err)) {
        throw err
      }

      log.error({ content, err }, 'dump failed')
      onDump(content, { outcome: 'failed', durationMs: durationMs() })
    }
  }
}
