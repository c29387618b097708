import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { coverageFieldsOf, coverageRowFrom, coverageRowOf, FINDING_COLUMNS, findingsOf } from '../../../../consumer/store/model/crawl-coverage.ts'
import { ColumnReader } from '../../../../core/rows/column-reader.ts'
import { crawlOf } from '../../../support/consumer/messages.ts'
import type { Crawl } from '../../../../core/contracts/crawl.ts'

const read = new ColumnReader('PP_STORE_SCHEMA')

function throughColumns (crawl: Crawl): Partial<Crawl> {
  const row = coverageRowOf(crawl)
  const values = findingsOf(row)

  const columns = Object.fromEntries(FINDING_COLUMNS.map((column, i) => [column, values[i]]))

  return coverageFieldsOf(coverageRowFrom({ ...columns, coverage_gap: row.coverageGap }, read))
}

suite('crawl-coverage', () => {
  test('reads back the coverage and the counts of a crawl', () => {
    const { coverage, thirdQuestion, confirmations, confirmationsLeftOut, gonePeers } = crawlOf()

    assert.deepEqual(throughColumns(crawlOf()), { coverage, thirdQuestion, confirmations, confirmationsLeftOut, gonePeers })
  })

  test('reads back why there is no coverage, and false and 0 as such', () => {
    const fields = { coverageGap: 'too-few', thirdQuestion: false, confirmations: 0, confirmationsLeftOut: 0, gonePeers: 0 } as const

    assert.deepEqual(throughColumns(crawlOf({ coverage: undefined, ...fields })), fields)
  })

  test('reads nothing from the row of an older crawler', () => {
    const older = { coverage: undefined, thirdQuestion: undefined, confirmations: undefined, confirmationsLeftOut: undefined, gonePeers: undefined }

    assert.deepEqual(throughColumns(crawlOf(older)), {})
  })
})
