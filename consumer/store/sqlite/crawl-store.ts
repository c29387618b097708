import { numberAt, SQLITE_VALUES } from '../../../core/rows/sqlite-row.ts'
import { aggregateFrom, crawlRowFrom, crawlStateFrom, precedenceFrom, TOTALS } from '../model/crawl-columns.ts'
import { crawlOf, effectiveState, MEASURE_COLUMNS, measuresOf, supersedes } from '../model/crawl-row.ts'
import { storeTimeOf } from '../model/store-time.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { CrawlRow, CrawlState } from '../model/crawl-row.ts'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

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
  'coverage_gap',
  'digest',
  'changed_at'
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
    this.#find = database.prepare('SELECT reported_state, started_at, finished_at, digest FROM crawl WHERE scan = ? AND crawl_id = ?')
    this.#later = database.prepare('SELECT 1 FROM crawl WHERE scan = ? AND crawl_id > ? LIMIT 1')
    this.#upsert = database.prepare(`INSERT INTO crawl (scan, crawl_id, ${COLUMNS.join(', ')}) VALUES (?, ?, ${COLUMNS.map(() => '?').join(', ')})
      ON CONFLICT DO UPDATE SET ${COLUMNS.map(column => `${column} = excluded.${column}`).join(', ')}`)
    this.#abortEarlier = database.prepare('UPDATE crawl SET state = \'aborted\', changed_at = ? WHERE scan = ? AND crawl_id < ? AND state = \'started\'')
    this.#clear = database.prepare('DELETE FROM crawl_aggregate WHERE scan = ? AND crawl_id = ?')
    this.#aggregate = database.prepare('INSERT INTO crawl_aggregate (scan, crawl_id, dimension, is_other, value, count) VALUES (?, ?, ?, ?, ?, ?)')
    this.#latest = database.prepare('SELECT * FROM crawl WHERE scan = ? ORDER BY crawl_id DESC LIMIT ?')
    this.#aggregates = database.prepare('SELECT dimension, is_other, value, count FROM crawl_aggregate WHERE scan = ? AND crawl_id = ?')
  }

  /** Writes a crawl within the caller's transaction, unless the stored message of the crawl takes precedence. Returns the number of rows written. */
  write (row: CrawlRow, nowMs: number): number {
    const { scan, crawlId, aggregates } = row
    const changedAt = storeTimeOf(nowMs)
    const stored = this.#find.get(scan, crawlId)

    if (stored !== undefined && !supersedes(row, precedenceFrom(stored, SQLITE_VALUES))) {
      return 0
    }

    this.#upsert.run(scan, crawlId, ...valuesOf(row, effectiveState(row.reportedState, this.#later.get(scan, crawlId) !== undefined)), changedAt)
    this.#abortEarlier.run(changedAt, scan, crawlId)
    this.#clear.run(scan, crawlId)
    for (const { dimension, isOther, value, count } of aggregates) {
      this.#aggregate.run(scan, crawlId, dimension, Number(isOther), value, count)
    }

    return 1
  }

  /** The latest crawls of a scan, newest first. */
  latest (scan: string, limit: number): Crawl[] {
    return this.#latest.all(scan, limit).map((row) => {
      const aggregates = this.#aggregates.all(scan, numberAt(row, 'crawl_id')).map(aggregate => aggregateFrom(aggregate, SQLITE_VALUES))

      return crawlOf(crawlRowFrom(row, aggregates, SQLITE_VALUES), crawlStateFrom(row, SQLITE_VALUES))
    })
  }
}

function valuesOf (row: CrawlRow, state: CrawlState): SQLInputValue[] {
  const { network, vantage, strategy, reportedState, startedAt, finishedAt, totals, digest, coverageGap } = row

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
    coverageGap,
    digest
  ]
}
