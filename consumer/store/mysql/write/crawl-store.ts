import { hash } from 'node:crypto'
import { aggregateFrom, crawlRowFrom, crawlStateFrom, precedenceFrom, TOTALS } from '../../model/crawl-columns.ts'
import { crawlOf, effectiveState, MEASURE_COLUMNS, measuresOf, supersedes } from '../../model/crawl-row.ts'
import { storeTimeOf } from '../../model/store-time.ts'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import { bytesText, numberText, quote, upsertStatements } from '../server/sql-text.ts'
import type { Crawl } from '../../../../core/contracts/crawl.ts'
import type { Columns } from '../../model/crawl-columns.ts'
import type { AggregateRow, CrawlRow, CrawlState } from '../../model/crawl-row.ts'
import type { MysqlConnection } from '../server/connection.ts'

const PRECEDENCE = ['reported_state', 'started_at', 'finished_at', 'digest']
const AGGREGATE = ['dimension', 'is_other', 'value', 'count']
const HEAD = ['scan', 'crawl_id', 'network', 'vantage', 'strategy', 'state', 'reported_state', 'started_at', 'finished_at', 'digest', 'coverage_gap']
const COLUMNS = [...HEAD, ...TOTALS, ...MEASURE_COLUMNS]
const WRITTEN = [...COLUMNS, 'changed_at']

/**
 * Writes a crawl, unless the stored message of the crawl takes precedence; returns how many were written. The caller's transaction
 * has the lock that keeps other processes from writing crawls.
 */
export async function writeCrawl (connection: MysqlConnection, row: CrawlRow, nowMs: number): Promise<number> {
  const changedAt = quote(storeTimeOf(nowMs))
  const scan = quote(row.scan)
  const where = `scan = ${scan} AND crawl_id = ${String(row.crawlId)}`
  const [stored, later] = await connection.run([
    `SELECT ${PRECEDENCE.join()} FROM crawl WHERE ${where}`,
    `SELECT 1 FROM crawl WHERE scan = ${scan} AND crawl_id > ${String(row.crawlId)} LIMIT 1`
  ])
  const [before] = stored?.rows ?? []

  if (before !== undefined && !supersedes(row, precedenceFrom(columnsOf(PRECEDENCE, before), MYSQL_VALUES))) {
    return 0
  }

  await connection.run([
    ...upsertStatements({
      table: 'crawl',
      columns: WRITTEN,
      onDuplicate: fresh => WRITTEN.slice(2).map(column => `${column} = ${fresh(column)}`).join()
    }, [tupleOf(row, effectiveState(row.reportedState, (later?.rows.length ?? 0) > 0), changedAt)], connection.server),
    `UPDATE crawl SET state = 'aborted', changed_at = ${changedAt} WHERE scan = ${scan} AND crawl_id < ${String(row.crawlId)} AND state = 'started'`,
    `DELETE FROM crawl_aggregate WHERE ${where}`,
    ...upsertStatements({
      table: 'crawl_aggregate',
      columns: ['scan', 'crawl_id', 'dimension', 'is_other', 'value', 'value_hash', '`count`'],
      onDuplicate: fresh => `\`count\` = ${fresh('`count`')}`
    }, row.aggregates.map(aggregate => aggregateTuple(row, aggregate)), connection.server)
  ])

  return 1
}

/** The latest crawls of a scan, newest first. */
export async function latestCrawls (connection: MysqlConnection, scan: string, limit: number): Promise<Crawl[]> {
  const { rows } = await connection.query(`SELECT ${COLUMNS.join()} FROM crawl WHERE scan = ${quote(scan)} ORDER BY crawl_id DESC LIMIT ${String(limit)}`)
  const crawls = rows.map(values => columnsOf(COLUMNS, values))
  const aggregates = await connection.run(crawls.map(crawl =>
    `SELECT dimension, is_other, value, \`count\` FROM crawl_aggregate WHERE scan = ${quote(scan)} AND crawl_id = ${String(MYSQL_VALUES.number(crawl['crawl_id'], 'crawl_id'))}`))

  return crawls.map((crawl, i) => {
    const counts = aggregates[i]?.rows.map(values => aggregateFrom(columnsOf(AGGREGATE, values), MYSQL_VALUES)) ?? []

    return crawlOf(crawlRowFrom(crawl, counts, MYSQL_VALUES), crawlStateFrom(crawl, MYSQL_VALUES))
  })
}

function tupleOf (row: CrawlRow, state: CrawlState, changedAt: string): string {
  const { scan, crawlId, network, vantage, strategy, reportedState, startedAt, finishedAt, totals, digest, coverageGap } = row

  return `(${[
    quote(scan),
    crawlId,
    ...[network, vantage, strategy, state, reportedState, startedAt, finishedAt, digest, coverageGap].map(quote),
    ...TOTALS.map(column => numberText(totals?.[column])),
    ...measuresOf(row).map(numberText),
    changedAt
  ].join()})`
}

function aggregateTuple ({ scan, crawlId }: CrawlRow, { dimension, isOther, value, count }: AggregateRow): string {
  return `(${[quote(scan), crawlId, quote(dimension), Number(isOther), quote(value), bytesText(hash('sha256', value, 'hex').slice(0, 32)), count].join()})`
}

function columnsOf (names: readonly string[], values: readonly unknown[]): Columns {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]))
}
