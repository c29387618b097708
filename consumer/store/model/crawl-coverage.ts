// The columns of a crawl about what it found and what it checked: its coverage and its confirmations.
import { COVERAGE_GAP_NAMES } from '../../../core/contracts/coverage.ts'
import { defined } from '../../../core/defined.ts'
import { keysOf, recordOf } from '../../../core/record-keys.ts'
import type { Coverage, CoverageGap } from '../../../core/contracts/coverage.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { ColumnReader } from '../../../core/rows/column-reader.ts'

/** Columns of the coverage, with the field of each. All are null where the coverage is not known. */
const COVERAGE_COLUMNS = {
  coverage_share: 'share',
  coverage_low: 'low',
  coverage_high: 'high',
  coverage_mentioned: 'mentioned',
  coverage_found: 'found',
  coverage_sampled: 'sampled',
  coverage_questions: 'questions'
} as const satisfies Record<string, keyof Coverage>

/** Columns of counts that older crawlers do not send, with the field of each. */
const COUNT_COLUMNS = {
  confirmations: 'confirmations',
  confirmations_left_out: 'confirmationsLeftOut',
  gone_peers: 'gonePeers'
} as const satisfies Record<string, keyof Crawl>

/** Numeric columns of {@link CoverageRow}; `coverage_gap` is a text. */
export const FINDING_COLUMNS = [...keysOf(COVERAGE_COLUMNS), 'third_question', ...keysOf(COUNT_COLUMNS)] as const

/** What a crawl found and checked; null where its message does not say. */
export interface CoverageRow {
  coverage: Coverage | null
  coverageGap: CoverageGap | null
  thirdQuestion: boolean | null
  confirmations: number | null
  confirmationsLeftOut: number | null
  gonePeers: number | null
}

/** The values of a message. */
export function coverageRowOf ({ coverage, coverageGap, thirdQuestion, confirmations, confirmationsLeftOut, gonePeers }: Crawl): CoverageRow {
  return {
    coverage: coverage ?? null,
    coverageGap: coverageGap ?? null,
    thirdQuestion: thirdQuestion ?? null,
    confirmations: confirmations ?? null,
    confirmationsLeftOut: confirmationsLeftOut ?? null,
    gonePeers: gonePeers ?? null
  }
}

/** Values of {@link FINDING_COLUMNS}. */
export function findingsOf (row: CoverageRow): (number | null)[] {
  const { coverage, thirdQuestion } = row

  return [
    ...Object.values(COVERAGE_COLUMNS).map(field => coverage?.[field] ?? null),
    thirdQuestion === null ? null : Number(thirdQuestion),
    ...Object.values(COUNT_COLUMNS).map(field => row[field])
  ]
}

/** The values in a row of `crawl`. @throws ProbeError of the reader */
export function coverageRowFrom (row: Readonly<Record<string, unknown>>, read: ColumnReader): CoverageRow {
  const number = (column: string): number => read.number(row[column], column)

  return {
    coverage: row['coverage_share'] === null ? null : coverageFrom(recordOf(keysOf(COVERAGE_COLUMNS), number)),
    coverageGap: (row['coverage_gap'] ?? null) === null ? null : read.oneOf(row['coverage_gap'], 'coverage_gap', COVERAGE_GAP_NAMES),
    thirdQuestion: row['third_question'] === null ? null : number('third_question') === 1,
    confirmations: read.numberOrNull(row['confirmations'], 'confirmations'),
    confirmationsLeftOut: read.numberOrNull(row['confirmations_left_out'], 'confirmations_left_out'),
    gonePeers: read.numberOrNull(row['gone_peers'], 'gone_peers')
  }
}

/** The fields of a message; those without a value are left out. */
export function coverageFieldsOf ({ coverage, coverageGap, thirdQuestion, confirmations, confirmationsLeftOut, gonePeers }: CoverageRow): Partial<Crawl> {
  return defined({
    coverage: coverage ?? undefined,
    coverageGap: coverageGap ?? undefined,
    thirdQuestion: thirdQuestion ?? undefined,
    confirmations: confirmations ?? undefined,
    confirmationsLeftOut: confirmationsLeftOut ?? undefined,
    gonePeers: gonePeers ?? undefined
  })
}

function coverageFrom (value: Record<keyof typeof COVERAGE_COLUMNS, number>): Coverage {
  return {
    share: value.coverage_share,
    low: value.coverage_low,
    high: value.coverage_high,
    mentioned: value.coverage_mentioned,
    found: value.coverage_found,
    sampled: value.coverage_sampled,
    questions: value.coverage_questions
  }
}
