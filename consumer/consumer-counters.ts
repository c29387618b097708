import { sleep } from '../core/time/sleep.ts'
import type { ConsumerStatus } from '../core/contracts/consumer-status.ts'
import type { DumpContent } from '../core/contracts/dump-content.ts'
import type { DiskProblem } from '../core/disk/disk-watch.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Logger } from '../core/process/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import type { DumpReport } from './dumps/dump-loop.ts'
import type { DeadLetterProblem } from './pipeline/dead-letter-rate.ts'
import type { GroupProblem } from './pipeline/group-watch.ts'
import type { Lag } from './pipeline/lag-meter.ts'
import type { OutageState } from './pipeline/outage.ts'
import type { PipelineObserver } from './pipeline/pipeline-observer.ts'
import type { WriteReport } from './store/model/node-store.ts'

/** Values of the status that other parts of the consumer count. */
export interface StatusInput {
  topic: string
  group: string
  lag: Lag | undefined
  outage: OutageState | undefined
  groupProblem: GroupProblem | undefined
  deadLetterProblem: DeadLetterProblem | undefined
  disk?: DiskProblem | undefined

  /** Null where no files of edges are asked for. */
  edges?: ConsumerStatus['edges']
}

const REPORT_MS = 60_000

/** Counters of the consumer, for `/status` and for one log line a minute. */
export class ConsumerCounters implements PipelineObserver {
  readonly #clock: Clock
  readonly #rows: Record<string, number> = {}
  readonly #deadLetters: Record<string, number> = {}
  #consumed = 0
  #committed = 0
  #skipped = 0
  #lastCommitMs: number | undefined
  #dump: ConsumerStatus['dump'] = null
  readonly #dumps: NonNullable<ConsumerStatus['dumps']> = {}

  constructor ({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  consumed (messages: number): void {
    this.#consumed += messages
  }

  wrote ({ rows }: WriteReport): void {
    for (const [table, written] of Object.entries(rows)) {
      this.#rows[table] = (this.#rows[table] ?? 0) + written
    }
  }

  deadLettered (code: ErrorCode): void {
    this.#deadLetters[code] = (this.#deadLetters[code] ?? 0) + 1
  }

  skipped (): void {
    this.#skipped++
  }

  committed (messages: number): void {
    this.#committed += messages
    this.#lastCommitMs = this.#clock.now()
  }

  retried (): void {
    // Only the metrics count this.
  }

  /** A dump was written, skipped or failed. */
  dumped (content: DumpContent, result: DumpReport): void {
    if (result.outcome === 'written') {
      const { file, takenAt, count, bytes } = result.entry
      this.#dump = { file, takenAt, count, bytes }
      this.#dumps[content] = this.#dump
    }
  }

  /** The body of `/status`. */
  status ({ topic, group, lag, outage, groupProblem, deadLetterProblem, disk, edges = null }: StatusInput): ConsumerStatus {
    return {
      topic,
      group,
      lag: lag === undefined ? null : { total: lag.total, partitions: Object.fromEntries(lag.partitions), at: isoOf(lag.atMs) },
      consumed: this.#consumed,
      committed: this.#committed,
      lastCommitAt: this.#lastCommitMs === undefined ? null : isoOf(this.#lastCommitMs),
      rows: { ...this.#rows },
      deadLetters: { ...this.#deadLetters },
      skipped: this.#skipped,
      deadLetterProblem: toStatus(deadLetterProblem),
      outage: toStatus(outage),
      groupProblem: toStatus(groupProblem),
      disk: toStatus(disk),
      edges,
      dump: this.#dump,
      dumps: { ...this.#dumps }
    }
  }

  /** Logs one line a minute with rates, until `signal` aborts. */
  async report (log: Logger, lag: () => Lag | undefined, signal: AbortSignal): Promise<void> {
    for (;;) {
      const before = { committed: this.#committed, rows: this.#rowsInAll(), ms: this.#clock.monotonic() }
      await sleep(this.#clock, REPORT_MS, signal)
      const seconds = (this.#clock.monotonic() - before.ms) / 1_000

      log.info({
        messagesPerSecond: Math.round((this.#committed - before.committed) / seconds),
        rowsPerSecond: Math.round((this.#rowsInAll() - before.rows) / seconds),
        committed: this.#committed,
        deadLetters: sum(this.#deadLetters),
        lag: lag()?.total
      }, 'consuming')
    }
  }

  #rowsInAll (): number {
    return sum(this.#rows)
  }
}

function toStatus (problem: OutageState | GroupProblem | DeadLetterProblem | DiskProblem | undefined): ConsumerStatus['outage'] {
  return problem === undefined ? null : { code: problem.code, message: problem.message, since: isoOf(problem.sinceMs) }
}

function sum (counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0)
}

function isoOf (ms: number): string {
  return new Date(ms).toISOString()
}
