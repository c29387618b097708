import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aggregateFrom, crawlRowFrom, crawlStateFrom, precedenceFrom, TOTALS } from '../../../../consumer/store/model/crawl-columns.ts'
import { crawlRowOf, MEASURE_COLUMNS, measuresOf } from '../../../../consumer/store/model/crawl-row.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ColumnReader } from '../../../../core/rows/column-reader.ts'
import { crawlOf } from '../../../support/consumer/messages.ts'
import type { Columns } from '../../../../consumer/store/model/crawl-columns.ts'
import type { CrawlRow } from '../../../../consumer/store/model/crawl-row.ts'

const read = new ColumnReader('PP_STORE_SCHEMA')
const FULL = crawlRowOf(crawlOf())
const WITHOUT_COVERAGE = crawlRowOf(crawlOf({ coverage: undefined, coverageGap: 'too-few', thirdQuestion: false }))
const BARE = crawlRowOf(crawlOf({ state: 'started', finishedAt: undefined, totals: undefined, latencyMs: undefined, latencyErrorMs: undefined, disturbed: undefined, lostMs: undefined }))

function columnsOf (row: CrawlRow): Columns {
  const { scan, crawlId, network, vantage, strategy, reportedState, startedAt, finishedAt, totals, digest } = row
  const measures = measuresOf(row)

  return {
    scan,
    crawl_id: crawlId,
    network,
    vantage,
    strategy,
    state: 'aborted',
    reported_state: reportedState,
    started_at: startedAt,
    finished_at: finishedAt,
    digest,
    coverage_gap: row.coverageGap,
    ...Object.fromEntries(TOTALS.map(column => [column, totals?.[column] ?? null])),
    ...Object.fromEntries(MEASURE_COLUMNS.map((column, i) => [column, measures[i]]))
  }
}

suite('crawl-columns', () => {
  test('reads back every crawl that was written', () => {
    for (const row of [FULL, WITHOUT_COVERAGE, BARE]) {
      assert.deepEqual(crawlRowFrom(columnsOf(row), row.aggregates, read), row)
    }
    assert.equal(crawlStateFrom(columnsOf(FULL), read), 'aborted')
    assert.deepEqual(aggregateFrom({ dimension: 'outcome', is_other: 1, value: 'ok', count: 2 }, read), { dimension: 'outcome', isOther: true, value: 'ok', count: 2 })
  })

  test('refuses a column that another program changed, with its name', () => {
    for (const [column, value] of [['scan', 1], ['crawl_id', '1'], ['strategy', 'guess'], ['reported_state', null], ['started_at', 0], ['visited', null], ['latency_p90_ms', 'x'], ['disturbed', 'no'], ['coverage_gap', 'guess'], ['coverage_low', null], ['third_question', 'yes'], ['gone_peers', 'x']] as const) {
      assert.throws(() => crawlRowFrom({ ...columnsOf({ ...FULL, latencyMs: { p50: 1, p90: 2, p99: 3 } }), [column]: value }, [], read), (err: unknown) => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.startsWith(`column ${column} `), column)
    }
    assert.throws(() => precedenceFrom({ ...columnsOf(FULL), finished_at: 7 }, read), /column finished_at .* contains a number/)
    assert.throws(() => aggregateFrom({ dimension: 'colour', is_other: 0, value: '', count: 1 }, read), /column dimension .* contains the text "colour"/)
  })
})
