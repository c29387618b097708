import { hash } from 'node:crypto'
import { crawlOf, effectiveState, MEASURE_COLUMNS, measuresFrom, measuresOf, supersedes, TOTAL_COLUMNS } from '../../model/crawl-row.ts'
import { bytesText, numberText, quote, upsertStatements } from '../server/sql-text.ts'
import type { Crawl } from '../../../../core/contracts/crawl.ts'
import type { AggregateRow, CrawlPrecedence, CrawlRow, CrawlState } from '../../model/crawl-row.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { SqlValue } from '../server/query-result.ts'

const TOTALS = Object.keys(TOTAL_COLUMNS) as (keyof typeof TOTAL_COLUMNS)[]
const HEAD = ['scan', 'crawl_id', 'network', 'vantage', 'strategy', 'state', 'reported_state', 'started_at', 'finished_at', 'digest'] as const
const COLUMNS = [...HEAD, ...TOTALS, ...MEASURE_COLUMNS]

/** Writes a crawl within the transaction of the caller, which lets no other process write crawls, unless the database knows as much already. */
export async function writeCrawl (connection: MysqlConnection, row: CrawlRow): Promise<number> {
  const scan = quote(row.scan)
  const where = `scan = ${scan} AND crawl_id = ${String(row.crawlId)}`
  const [known, later] = await connection.run([
    `SELECT reported_state, started_at, finished_at, digest FROM crawl WHERE ${where}`,
    `SELECT 1 FROM crawl WHERE scan = ${scan} AND crawl_id > ${String(row.crawlId)} LIMIT 1`
  ])
  const before = known?.rows.map(toPrecedence)[0]

  if (before !== undefined && !supersedes(row, before)) {
    return 0
  }

  await connection.run([
    ...upsertStatements({
      table: 'crawl',
      columns: COLUMNS,
      onDuplicate: fresh => COLUMNS.slice(2).map(column => `${column} = ${fresh(column)}`).join()
    }, [tupleOf(row, effectiveState(row.reportedState, (later?.rows.length ?? 0) > 0))], connection.server),
    `UPDATE crawl SET state = 'aborted' WHERE scan = ${scan} AND crawl_id < ${String(row.crawlId)} AND state = 'started'`,
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
  const crawls = rows.map(values => Object.fromEntries(COLUMNS.map((column, i) => [column, values[i] ?? null])) as Record<typeof COLUMNS[number], SqlValue>)
  const aggregates = await connection.run(crawls.map(({ crawl_id: crawlId }) =>
    `SELECT dimension, is_other, value, \`count\` FROM crawl_aggregate WHERE scan = ${quote(scan)} AND crawl_id = ${String(crawlId)}`))

  return crawls.map((crawl, i) => crawlOf(toCrawlRow(crawl, aggregates[i]?.rows.map(toAggregate) ?? []), crawl.state as CrawlState))
}

function tupleOf (row: CrawlRow, state: CrawlState): string {
  const { scan, crawlId, network, vantage, strategy, reportedState, startedAt, finishedAt, totals, digest } = row

  return `(${[
    quote(scan),
    crawlId,
    ...[network, vantage, strategy, state, reportedState, startedAt, finishedAt, digest].map(quote),
    ...TOTALS.map(column => numberText(totals?.[column])),
    ...measuresOf(row).map(numberText)
  ].join()})`
}

function aggregateTuple ({ scan, crawlId }: CrawlRow, { dimension, isOther, value, count }: AggregateRow): string {
  return `(${[quote(scan), crawlId, quote(dimension), Number(isOther), quote(value), bytesText(hash('sha256', value, 'hex').slice(0, 32)), count].join()})`
}

function toPrecedence ([reportedState, startedAt, finishedAt, digest]: readonly SqlValue[]): CrawlPrecedence {
  return { reportedState: reportedState as CrawlState, startedAt: String(startedAt), finishedAt: finishedAt as string | null, digest: String(digest) }
}

function toAggregate ([dimension, isOther, value, count]: readonly SqlValue[]): AggregateRow {
  return { dimension: dimension as AggregateRow['dimension'], isOther: isOther === 1, value: String(value), count: Number(count) }
}

function toCrawlRow (crawl: Record<typeof COLUMNS[number], SqlValue>, aggregates: readonly AggregateRow[]): CrawlRow {
  return {
    scan: String(crawl.scan),
    crawlId: Number(crawl.crawl_id),
    network: String(crawl.network),
    vantage: crawl.vantage as string | null,
    strategy: crawl.strategy as Crawl['strategy'],
    reportedState: crawl.reported_state as CrawlState,
    startedAt: String(crawl.started_at),
    finishedAt: crawl.finished_at as string | null,
    totals: crawl.discovered === null ? null : Object.fromEntries(TOTALS.map(column => [column, crawl[column]])) as NonNullable<CrawlRow['totals']>,
    ...measuresFrom(crawl),
    aggregates,
    digest: String(crawl.digest)
  }
}
