import { readCounter } from '../../core/metrics/open-metric.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'
import type { Registry } from '../../core/process/metrics.ts'
import type { NeighboursPublisher } from '../publish/neighbours/neighbours-publisher.ts'

/** What a crawler exposes about the routing tables that it publishes (`active.neighbours`). */
export const NEIGHBOURS_METRICS = {
  bytes: { type: 'counter', name: 'peerprobe_crawler_neighbours_bytes_total', unit: 'bytes', meaning: 'Bytes of messages with routing tables.', answers: 'room', labels: {} },
  leftOut: {
    type: 'counter',
    name: 'peerprobe_crawler_neighbours_left_out_total',
    unit: 'tables',
    meaning: 'Routing tables of which only the number of entries was published: the peer\'s subnet or the crawl had its share of bytes.',
    answers: 'lost',
    labels: {}
  },
  givenUp: {
    type: 'counter',
    name: 'peerprobe_crawler_neighbours_given_up_total',
    unit: 'crawls',
    meaning: 'Crawls whose routing tables were given up, since the bus did not take them: there is no file of their edges.',
    answers: 'lost',
    labels: {}
  }
} as const satisfies Record<string, MetricDefinition>

/** Adds them; they stay at 0 where the scan does not ask for tables. */
export function addNeighboursMetrics (registry: Registry, neighbours: Pick<NeighboursPublisher, 'counters'> | undefined): void {
  readCounter(registry, NEIGHBOURS_METRICS.bytes, () => neighbours?.counters.bytes ?? 0)
  readCounter(registry, NEIGHBOURS_METRICS.leftOut, () => neighbours?.counters.leftOut ?? 0)
  readCounter(registry, NEIGHBOURS_METRICS.givenUp, () => neighbours?.counters.givenUp ?? 0)
}
