import { Crawl } from '../../../core/contracts/crawl.ts'
import { numberAt, oneOfAt, textAt, textOrNullAt } from '../../../core/files/sqlite-row.ts'
import { crawlOf, effectiveState, MEASURE_COLUMNS, measuresFrom, measuresOf, supersedes, TOTAL_COLUMNS } from '../model/crawl-row.ts'
import type { AggregateRow, CrawlPrecedence, CrawlRow, CrawlState } from '../model/crawl-row.ts'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

const STATES = Crawl.shape.state.options
const STRATEGIES = Crawl.shape.strategy.options
const TOTALS = Object.keys(TOTAL_COLUMNS) as (keyof typeof TOTAL_COLUMNS)[]
const COLUMNS = [
  'network',
  'vantage',
  'strategy',
  'state',
  'reported_state',
  'started_at',
  'finished_at',
  ...TOTALS,
  ...MEASURE_COLUMNS,
  'digest'
]

/** Writes and reads crawls with their aggregates. */
export class CrawlStore {
  readonly #find: StatementSync
  readonly #later: StatementSync
  readonly #upsert: StatementSync
  readonly #abortEarlier: StatementSync
  readonly #clear: StatementSync
  readonly #aggregate: StatementSync
  readonly #latest: StatementSync
  readonly #aggregates: StatementSync

  constructor (database: DatabaseSync) {
    this.#find = database.prepare('SELECT reported_state AS reportedState, started_at AS startedAt, finished_at AS finishedAt, digest FROM crawl WHERE scan = ? AND crawl_id = ?')
    this.#later = database.prepare('SELECT 1 FROM crawl WHERE scan = ? AND crawl_id > ? LIMIT 1')
    this.#upsert = database.prepare(`INSERT INTO crawl (scan, crawl_id, ${COLUMNS.join(', ')}) VALUES (?, ?, ${COLUMNS.map(() => '?').join(', ')})
      ON CONFLICT DO UPDATE SET ${COLUMNS.map(column => `${column} = excluded.${column}`).join(', ')}`)
    this.#abortEarlier = database.prepare('UPDATE crawl SET state = \'aborted\' WHERE scan = ? AND crawl_id < ? AND state = \'started\'')
    this.#clear = database.prepare('DELETE FROM crawl_aggregate WHERE scan = ? AND crawl_id = ?')
    this.#aggregate = database.prepare('INSERT INTO crawl_aggregate (scan, crawl_id, dimension, is_other, value, count) VALUES (?, ?, ?, ?, ?, ?)')
    this.#latest = database.prepare('SELECT * FROM crawl WHERE scan = ? ORDER BY crawl_id DESC LIMIT ?')
    this.#aggregates = database.prepare('SELECT dimension, is_other, value, count FROM crawl_aggregate WHERE scan = ? AND crawl_id = ?')
  }

  /** Writes a crawl within the transaction of the caller, unless the database knows as much already. */
  write (row: CrawlRow): number {
    const { scan, crawlId, aggregates } = row
    const known = this.#find.get(scan, crawlId) as CrawlPrecedence | undefined

    if (known !== undefined && !supersedes(row, known)) {
      return 0
    }

    this.#upsert.run(scan, crawlId, ...valuesOf(row, effectiveState(row.reportedState, this.#later.get(scan, crawlId) !== undefined)))
    this.#abortEarlier.run(scan, crawlId)
    this.#clear.run(scan, crawlId)
    for (const { dimension, isOther, value, count } of aggregates) {
      this.#aggregate.run(scan, crawlId, dimension, Number(isOther), value, count)
    }

    return 1
  }

  /** The latest crawls of a scan, newest first. */
  latest (scan: string, limit: number): Crawl[] {
    return this.#latest.all(scan, limit).map((row) => {
      const aggregates = this.#aggregates.all(scan, numberAt(row, 'crawl_id')).map(toAggregate)

      return crawlOf(toCrawlRow(row, aggregates), oneOfAt(row, 'state', STATES))
    })
  }
}

function valuesOf (row: CrawlRow, state: CrawlState): SQLInputValue[] {
  const { network, vantage, strategy, reportedState, startedAt, finishedAt, totals, digest } = row

  return [
    network,
    vantage,
    strategy,
    state,
    reportedState,
    startedAt,
    finishedAt,
    ...TOTALS.map(column => totals?.[column] ?? null),
    ...measuresOf(row),
    digest
  ]
}

function toAggregate (row: Record<string, SQLOutputValue>): AggregateRow {
  return { dimension: row['dimension'] as AggregateRow['dimension'], isOther: row['is_other'] === 1, value: textAt(row, 'value'), count: numberAt(row, 'count') }
}

function toCrawlRow (row: Record<string, SQLOutputValue>, aggregates: readonly AggregateRow[]): CrawlRow {
  return {
    scan: textAt(row, 'scan'),
    crawlId: numberAt(row, 'crawl_id'),
    network: textAt(row, 'network'),
    vantage: textOrNullAt(row, 'vantage'),
    strategy: oneOfAt(row, 'strategy', STRATEGIES),
    reportedState: oneOfAt(row, 'reported_state', STATES),
    startedAt: textAt(row, 'started_at'),
    finishedAt: textOrNullAt(row, 'finished_at'),
    totals: row['discovered'] === null ? null : Object.fromEntries(TOTALS.map(column => [column, row[column]])) as NonNullable<CrawlRow['totals']>,
    ...measuresFrom(row),
    aggregates,
    digest: textAt(row, 'digest')
  }
}
