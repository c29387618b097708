import { DUMP_CONTENTS } from '../../core/contracts/dump-content.ts'
import { ERRORS } from '../../core/errors.ts'
import { openCounter, openGauge, openHistogram, readGauge, readGauges } from '../../core/metrics/open-metric.ts'
import { GROUP_PROBLEM_CODES } from '../pipeline/group-watch.ts'
import { CONSUMER_METRICS, DUMP_OUTCOMES, MAX_PARTITIONS, RETRY_CAUSES, TABLES } from './consumer-metric-definitions.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Labelled } from '../../core/metrics/open-metric.ts'
import type { Counter, Gauge, Histogram, Registry } from '../../core/process/metrics.ts'
import type { DumpReport } from '../dumps/dump-loop.ts'
import type { GroupProblemCode } from '../pipeline/group-watch.ts'
import type { Lag } from '../pipeline/lag-meter.ts'
import type { PipelineObserver, RetryCause } from '../pipeline/pipeline-observer.ts'
import type { WriteReport } from '../store/model/node-store.ts'

// Why a message can become a dead letter.
const DEAD_LETTER_CODES: readonly ErrorCode[] = (Object.keys(ERRORS) as ErrorCode[]).filter(code => code.startsWith('PP_MESSAGE_') || ['PP_STORE_DATA', 'PP_LEGACY_MESSAGE'].includes(code))

/** What the gauges read when they are scraped. */
export interface ConsumerGauges {
  lag: () => Lag | undefined
  groupProblem: () => GroupProblemCode | undefined

  /** Partitions of the topic; undefined before they are known. */
  partitions: () => number | undefined

  /** Share of the last messages that could not be stored, from 0 to 1. */
  deadLetterShare: () => number

  /** Whether nothing is stored or committed, since something outside fails. */
  isOut: () => boolean

  /** What this consumer dumps, and the time between two dumps in milliseconds; undefined where it is not the one to write them. */
  dumping: () => { contents: readonly DumpContent[], intervalMs: number } | undefined
}

/** Metrics of a consumer. All series of closed label sets exist from the start, so that rates do. */
export class ConsumerMetrics implements PipelineObserver {
  readonly #consumed: Counter
  readonly #committed: Counter
  readonly #delay: Histogram
  readonly #rows: Counter<'table'>
  readonly #coalesced: Counter
  readonly #cuts: Counter
  readonly #batch: Histogram
  readonly #transaction: Histogram
  readonly #retries: Counter<'cause'>
  readonly #deadLetters: Counter<'code'>
  readonly #skipped: Counter<'code'>
  readonly #lastCommit: Gauge
  readonly #dumps: Counter<'content' | 'outcome'>
  readonly #dumpDuration: Histogram<'content'>
  readonly #dumpNodes: Gauge
  readonly #dumpRecords: Gauge<'content'>
  readonly #dumpBytes: Gauge<'content'>
  readonly #dumpTime: Gauge<'content'>
  readonly #dumpCompleted: Gauge<'content'>
  readonly #removed: Counter<'table'>

  constructor (registry: Registry, gauges: ConsumerGauges) {
    this.#consumed = openCounter(registry, CONSUMER_METRICS.consumed)
    this.#committed = openCounter(registry, CONSUMER_METRICS.committed)
    this.#delay = openHistogram(registry, CONSUMER_METRICS.delay)
    this.#rows = openCounter(registry, CONSUMER_METRICS.rows)
    this.#coalesced = openCounter(registry, CONSUMER_METRICS.coalesced)
    this.#cuts = openCounter(registry, CONSUMER_METRICS.cuts)
    this.#batch = openHistogram(registry, CONSUMER_METRICS.batch)
    this.#transaction = openHistogram(registry, CONSUMER_METRICS.transaction)
    this.#retries = openCounter(registry, CONSUMER_METRICS.retries)
    this.#deadLetters = openCounter(registry, CONSUMER_METRICS.deadLetters)
    this.#skipped = openCounter(registry, CONSUMER_METRICS.skipped)
    this.#lastCommit = openGauge(registry, CONSUMER_METRICS.lastCommit)
    this.#dumps = openCounter(registry, CONSUMER_METRICS.dumps)
    this.#dumpDuration = openHistogram(registry, CONSUMER_METRICS.dumpDuration)
    this.#dumpNodes = openGauge(registry, CONSUMER_METRICS.dumpNodes)
    this.#dumpRecords = openGauge(registry, CONSUMER_METRICS.dumpRecords)
    this.#dumpBytes = openGauge(registry, CONSUMER_METRICS.dumpBytes)
    this.#dumpTime = openGauge(registry, CONSUMER_METRICS.dumpTime)
    this.#dumpCompleted = openGauge(registry, CONSUMER_METRICS.dumpCompleted)
    this.#removed = openCounter(registry, CONSUMER_METRICS.removed)
    addGauges(registry, gauges)
    this.#startAtZero()
  }

  consumed (messages: number): void {
    this.#consumed.inc(messages)
  }

  wrote ({ rows, coalesced, cuts }: WriteReport, { messages, durationMs }: { messages: number, durationMs: number }): void {
    for (const table of TABLES) {
      this.#rows.inc({ table }, rows[table])
    }

    this.#coalesced.inc(coalesced)
    this.#cuts.inc(cuts)
    this.#batch.observe(messages)
    this.#transaction.observe(durationMs / 1_000)
  }

  deadLettered (code: ErrorCode): void {
    this.#deadLetters.inc({ code })
  }

  skipped (code: ErrorCode): void {
    this.#skipped.inc({ code })
  }

  committed (messages: number, delayMs: number | undefined): void {
    this.#committed.inc(messages)
    this.#lastCommit.setToCurrentTime()

    if (delayMs !== undefined) {
      this.#delay.observe(delayMs / 1_000)
    }
  }

  retried (cause: RetryCause): void {
    this.#retries.inc({ cause })
  }

  /** A dump was made, or was not. */
  dumped (content: DumpContent, result: DumpReport): void {
    this.#dumps.inc({ content, outcome: result.outcome })

    if (result.outcome === 'written' || result.outcome === 'unchanged') {
      this.#dumpCompleted.setToCurrentTime({ content })
    }

    if (result.outcome === 'written') {
      const { durationMs, entry: { count, bytes, takenAt } } = result
      this.#dumpDuration.observe({ content }, durationMs / 1_000)
      this.#dumpRecords.set({ content }, count)
      this.#dumpBytes.set({ content }, bytes)
      this.#dumpTime.set({ content }, Date.parse(takenAt) / 1_000)

      if (content === 'nodes') {
        this.#dumpNodes.set(count)
      }
    }
  }

  /** Retention removed rows. */
  removed (table: string, rows: number): void {
    this.#removed.inc({ table }, rows)
  }

  #startAtZero (): void {
    TABLES.forEach((table) => {
      this.#rows.inc({ table }, 0)
      this.#removed.inc({ table }, 0)
    })
    RETRY_CAUSES.forEach((cause) => {
      this.#retries.inc({ cause }, 0)
    })
    DEAD_LETTER_CODES.forEach((code) => {
      this.#deadLetters.inc({ code }, 0)
      this.#skipped.inc({ code }, 0)
    })
    DUMP_OUTCOMES.forEach((outcome) => {
      DUMP_CONTENTS.forEach((content) => {
        this.#dumps.inc({ content, outcome }, 0)
      })
    })
  }
}

function addGauges (registry: Registry, { lag, groupProblem, partitions, deadLetterShare, isOut, dumping }: ConsumerGauges): void {
  readGauges(registry, CONSUMER_METRICS.lag, () => lagSeries(lag()))
  readGauges(registry, CONSUMER_METRICS.groupProblem, () => GROUP_PROBLEM_CODES.map(code => [{ code }, groupProblem() === code ? 1 : 0] as const))
  readGauge(registry, CONSUMER_METRICS.partitions, partitions)
  readGauge(registry, CONSUMER_METRICS.deadLetterShare, deadLetterShare)
  readGauge(registry, CONSUMER_METRICS.outage, () => isOut() ? 1 : 0)
  readGauges(registry, CONSUMER_METRICS.dumpInterval, () => {
    const { contents, intervalMs } = dumping() ?? { contents: [], intervalMs: 0 }

    return contents.map(content => [{ content }, intervalMs / 1_000] as const)
  })
}

function lagSeries (lag: Lag | undefined): Labelled<'partition'>[] {
  const all = [...lag?.partitions ?? []]
  const rest = all.slice(MAX_PARTITIONS)
  const own = all.slice(0, MAX_PARTITIONS).map(([partition, messages]) => [{ partition: String(partition) }, messages] as const)

  return rest.length === 0 ? own : [...own, [{ partition: 'other' }, rest.reduce((sum, [, messages]) => sum + messages, 0)]]
}
