import { oneOf } from '../../core/metrics/metric-definition.ts'
import { openCounter, readGauge } from '../../core/metrics/open-metric.ts'
import { EDGE_OUTCOMES } from '../edges/edge-observer.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'
import type { Counter, Registry } from '../../core/process/metrics.ts'
import type { EdgeObserver, EdgeOutcome, WrittenEdges } from '../edges/edge-observer.ts'

const WITHOUT_EDGES = 'absent where no scan asks for `active.neighbours`'

/** What a consumer exposes about files of edges. */
export const EDGE_METRICS = {
  messages: { type: 'counter', name: 'peerprobe_consumer_edge_messages_total', unit: 'messages', meaning: 'Messages with routing tables taken from the bus.', answers: 'working', labels: {} },
  files: {
    type: 'counter',
    name: 'peerprobe_consumer_edge_files_total',
    unit: 'crawls',
    meaning: 'Crawls whose routing tables were read, by what became of their file: incomplete where a message is missing, aborted where the crawler stopped or gave up.',
    answers: 'working',
    labels: { outcome: oneOf(EDGE_OUTCOMES) }
  },
  unread: {
    type: 'gauge',
    name: 'peerprobe_consumer_edge_unread_messages',
    unit: 'messages',
    meaning: 'Messages with routing tables that are not read yet, of the partitions of this consumer.',
    answers: 'late',
    labels: {},
    onlyWhen: WITHOUT_EDGES
  },
  rejected: { type: 'counter', name: 'peerprobe_consumer_edge_messages_rejected_total', unit: 'messages', meaning: 'Invalid messages on the topic of routing tables.', answers: 'lost', labels: {} },
  problem: { type: 'gauge', name: 'peerprobe_consumer_edge_outage', unit: '0 or 1', meaning: '1 while routing tables cannot be read, 0 otherwise.', answers: 'lost', labels: {}, onlyWhen: WITHOUT_EDGES },
  rows: { type: 'counter', name: 'peerprobe_consumer_edge_rows_total', unit: 'rows', meaning: 'Rows in the files of edges that were written.', answers: 'room', labels: {} },
  bytes: { type: 'counter', name: 'peerprobe_consumer_edge_bytes_total', unit: 'bytes', meaning: 'Size of the files of edges that were written.', answers: 'room', labels: {} }
} as const satisfies Record<string, MetricDefinition>

/** What the gauges read when they are scraped. */
export interface EdgeGauges {
  /** Messages that are not read; undefined before they are known. */
  unread: number | undefined

  problem: unknown
}

/** Metrics of the files of edges. All series of closed label sets exist from the start, so that rates do. */
export class EdgeMetrics implements EdgeObserver {
  readonly #registry: Registry
  readonly #messages: Counter
  readonly #files: Counter<'outcome'>
  readonly #rejected: Counter
  readonly #rows: Counter
  readonly #bytes: Counter

  constructor (registry: Registry) {
    this.#registry = registry
    this.#messages = openCounter(registry, EDGE_METRICS.messages)
    this.#files = openCounter(registry, EDGE_METRICS.files)
    this.#rejected = openCounter(registry, EDGE_METRICS.rejected)
    this.#rows = openCounter(registry, EDGE_METRICS.rows)
    this.#bytes = openCounter(registry, EDGE_METRICS.bytes)
    EDGE_OUTCOMES.forEach((outcome) => {
      this.#files.inc({ outcome }, 0)
    })
  }

  /** Adds the gauges of a reader. */
  watch (reader: EdgeGauges): void {
    readGauge(this.#registry, EDGE_METRICS.unread, () => reader.unread)
    readGauge(this.#registry, EDGE_METRICS.problem, () => reader.problem === undefined ? 0 : 1)
  }

  read (messages: number): void {
    this.#messages.inc(messages)
  }

  rejected (): void {
    this.#rejected.inc()
  }

  ended (outcome: EdgeOutcome, written?: WrittenEdges): void {
    this.#files.inc({ outcome })
    this.#rows.inc(written?.rows ?? 0)
    this.#bytes.inc(written?.bytes ?? 0)
  }
}
