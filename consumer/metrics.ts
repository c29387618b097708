import { ERRORS } from '../core/errors.ts'
import { Counter, DURATION_BUCKETS_S, Gauge, Histogram } from '../core/process/metrics.ts'
import { GROUP_PROBLEM_CODES } from './pipeline/group-watch.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Registry } from '../core/process/metrics.ts'
import type { DumpResult } from './dumps/node-dump.ts'
import type { GroupProblemCode } from './pipeline/group-watch.ts'
import type { Lag } from './pipeline/lag-meter.ts'
import type { PipelineObserver, RetryCause } from './pipeline/pipeline-observer.ts'
import type { StoreTable, WriteReport } from './store/model/node-store.ts'

const TABLES: readonly StoreTable[] = ['node_info', 'address_info', 'node_network', 'visit', 'crawl']
const CAUSES: readonly RetryCause[] = ['conflict', 'store-unavailable', 'bus-unavailable']
const DUMP_OUTCOMES = ['written', 'unchanged', 'skipped', 'failed'] as const

// Why a message can become a dead letter.
const DEAD_LETTER_CODES: readonly ErrorCode[] = (Object.keys(ERRORS) as ErrorCode[]).filter(code => code.startsWith('PP_MESSAGE_') || code === 'PP_STORE_DATA')

/** What the gauges read when they are scraped. */
export interface ConsumerGauges {
  lag: () => Lag | undefined
  groupProblem: () => GroupProblemCode | undefined

  /** Share of the last messages that could not be stored, from 0 to 1. */
  deadLetterShare: () => number
}

/** Metrics of a consumer. All series of closed label sets exist from the start, so that rates do. */
export class ConsumerMetrics implements PipelineObserver {
  readonly #consumed: Counter
  readonly #committed: Counter
  readonly #rows: Counter<'table'>
  readonly #coalesced: Counter
  readonly #cuts: Counter
  readonly #batch: Histogram
  readonly #transaction: Histogram
  readonly #retries: Counter<'cause'>
  readonly #deadLetters: Counter<'code'>
  readonly #skipped: Counter<'code'>
  readonly #lastCommit: Gauge
  readonly #dumps: Counter<'outcome'>
  readonly #dumpDuration: Histogram
  readonly #dumpNodes: Gauge
  readonly #dumpTime: Gauge
  readonly #removed: Counter<'table'>

  constructor (register: Registry, { lag, groupProblem, deadLetterShare }: ConsumerGauges) {
    const registers = [register]
    this.#consumed = new Counter({ registers, name: 'peerprobe_consumer_messages_total', help: 'Messages taken from the bus.' })
    this.#committed = new Counter({ registers, name: 'peerprobe_consumer_committed_messages_total', help: 'Messages stored or dead-lettered, and committed.' })
    this.#rows = new Counter({ registers, name: 'peerprobe_consumer_rows_written_total', help: 'Rows written, by table.', labelNames: ['table'] })
    this.#coalesced = new Counter({ registers, name: 'peerprobe_consumer_rows_coalesced_total', help: 'Addresses whose last_seen was not written again.' })
    this.#cuts = new Counter({ registers, name: 'peerprobe_consumer_texts_cut_total', help: 'Texts that were cut to fit their columns.' })
    this.#batch = new Histogram({ registers, name: 'peerprobe_consumer_batch_messages', help: 'Messages in one transaction.', buckets: [1, 5, 10, 50, 100, 200, 500, 1_000, 5_000] })
    this.#transaction = new Histogram({ registers, name: 'peerprobe_consumer_transaction_duration_seconds', help: 'Duration of transactions.', buckets: DURATION_BUCKETS_S })
    this.#retries = new Counter({ registers, name: 'peerprobe_consumer_retries_total', help: 'What was tried again, by cause.', labelNames: ['cause'] })
    this.#deadLetters = new Counter({ registers, name: 'peerprobe_consumer_dead_letters_total', help: 'Messages moved to the dead letters, by error code.', labelNames: ['code'] })
    this.#skipped = new Counter({ registers, name: 'peerprobe_consumer_skipped_messages_total', help: 'Messages passed for good because their dead letters were refused as well, by error code.', labelNames: ['code'] })
    this.#lastCommit = new Gauge({ registers, name: 'peerprobe_consumer_last_commit_timestamp_seconds', help: 'When this process last committed; 0 before the first time.' })
    this.#dumps = new Counter({ registers, name: 'peerprobe_consumer_dumps_total', help: 'Dumps, by what became of them.', labelNames: ['outcome'] })
    this.#dumpDuration = new Histogram({ registers, name: 'peerprobe_consumer_dump_duration_seconds', help: 'Duration of dumps that were written.', buckets: DURATION_BUCKETS_S })
    this.#dumpNodes = new Gauge({ registers, name: 'peerprobe_consumer_dump_nodes', help: 'Nodes in the last dump.' })
    this.#dumpTime = new Gauge({ registers, name: 'peerprobe_consumer_dump_timestamp_seconds', help: 'The moment that the last dump shows; 0 before the first one.' })
    this.#removed = new Counter({ registers, name: 'peerprobe_consumer_rows_removed_total', help: 'Rows that retention removed, by table; in a cluster a job removes them and logs how many.', labelNames: ['table'] })
    new Gauge({
      registers,
      name: 'peerprobe_consumer_lag_messages',
      help: 'Messages not committed, by partition of this consumer.',
      labelNames: ['partition'],
      collect () {
        this.reset()
        for (const [partition, messages] of lag()?.partitions ?? []) {
          this.set({ partition: String(partition) }, messages)
        }
      }
    })
    new Gauge({
      registers,
      name: 'peerprobe_consumer_group_problem',
      help: '1 while something is wrong with the place of this consumer in its group, by error code; 0 otherwise.',
      labelNames: ['code'],
      collect () {
        GROUP_PROBLEM_CODES.forEach((code) => {
          this.set({ code }, groupProblem() === code ? 1 : 0)
        })
      }
    })
    new Gauge({
      registers,
      name: 'peerprobe_consumer_dead_letter_share',
      help: 'Share of the last 1,000 messages that could not be stored, from 0 to 1.',
      collect () {
        this.set(deadLetterShare())
      }
    })
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

  committed (messages: number): void {
    this.#committed.inc(messages)
    this.#lastCommit.setToCurrentTime()
  }

  retried (cause: RetryCause): void {
    this.#retries.inc({ cause })
  }

  /** A dump was made, or was not. */
  dumped (result: DumpResult | { outcome: 'failed' }, durationMs: number): void {
    this.#dumps.inc({ outcome: result.outcome })

    if (result.outcome === 'written') {
      this.#dumpDuration.observe(durationMs / 1_000)
      this.#dumpNodes.set(result.entry.count)
      this.#dumpTime.set(Date.parse(result.entry.takenAt) / 1_000)
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
    CAUSES.forEach((cause) => {
      this.#retries.inc({ cause }, 0)
    })
    DEAD_LETTER_CODES.forEach((code) => {
      this.#deadLetters.inc({ code }, 0)
      this.#skipped.inc({ code }, 0)
    })
    DUMP_OUTCOMES.forEach((outcome) => {
      this.#dumps.inc({ outcome }, 0)
    })
  }
}
