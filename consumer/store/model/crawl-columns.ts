// Reading of crawls from their columns, the same in all databases: every value is checked.
import { Crawl } from '../../../core/contracts/crawl.ts'
import { keysOf, recordOf } from '../../../core/record-keys.ts'
import { coverageRowFrom } from './crawl-coverage.ts'
import { DIMENSIONS, TOTAL_COLUMNS } from './crawl-row.ts'
import type { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { AggregateRow, CrawlPrecedence, CrawlRow, CrawlState, LatencyQuantiles } from './crawl-row.ts'

/** A row of a database by column name. */
export type Columns = Readonly<Record<string, unknown>>

const STATES = Crawl.shape.state.options
const STRATEGIES = Crawl.shape.strategy.options

/** Columns of the totals, in the order of their table. */
export const TOTALS = keysOf(TOTAL_COLUMNS)

/** A crawl from its row of `crawl`. @throws ProbeError of the reader */
export function crawlRowFrom (row: Columns, aggregates: readonly AggregateRow[], read: ColumnReader): CrawlRow {
  return {
    scan: read.text(row['scan'], 'scan'),
    crawlId: read.number(row['crawl_id'], 'crawl_id'),
    network: read.text(row['network'], 'network'),
    vantage: read.textOrNull(row['vantage'], 'vantage'),
    strategy: read.oneOf(row['strategy'], 'strategy', STRATEGIES),
    ...precedenceFrom(row, read),
    totals: row['discovered'] === null ? null : recordOf(TOTALS, column => read.number(row[column], column)),
    latencyMs: quantilesFrom(row, 'latency', read),
    latencyErrorMs: quantilesFrom(row, 'latency_error', read),
    disturbed: row['disturbed'] === null ? null : read.number(row['disturbed'], 'disturbed') === 1,
    lostMs: read.numberOrNull(row['lost_ms'], 'lost_ms'),
    ...coverageRowFrom(row, read),
    aggregates
  }
}

/** The effective state in a row of `crawl`. @throws ProbeError of the reader */
export function crawlStateFrom (row: Columns, read: ColumnReader): CrawlState {
  return read.oneOf(row['state'], 'state', STATES)
}

/** What decides whether a row of `crawl` is replaced. @throws ProbeError of the reader */
export function precedenceFrom (row: Columns, read: ColumnReader): CrawlPrecedence {
  return {
    reportedState: read.oneOf(row['reported_state'], 'reported_state', STATES),
    startedAt: read.text(row['started_at'], 'started_at'),
    finishedAt: read.textOrNull(row['finished_at'], 'finished_at'),
    digest: read.text(row['digest'], 'digest')
  }
}

/** A count from its row of `crawl_aggregate`. @throws ProbeError of the reader */
export function aggregateFrom (row: Columns, read: ColumnReader): AggregateRow {
  return {
    dimension: read.oneOf(row['dimension'], 'dimension', DIMENSIONS),
    isOther: read.number(row['is_other'], 'is_other') === 1,
    value: read.text(row['value'], 'value'),
    count: read.number(row['count'], 'count')
  }
}

function quantilesFrom (row: Columns, name: string, read: ColumnReader): LatencyQuantiles | null {
  const quantile = (of: string): number => read.number(row[`${name}_${of}_ms`], `${name}_${of}_ms`)

  return row[`${name}_p50_ms`] === null ? null : { p50: quantile('p50'), p90: quantile('p90'), p99: quantile('p99') }
}
