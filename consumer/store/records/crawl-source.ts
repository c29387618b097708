import { columnsOf } from '../../records/record-kinds.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { given } from './record-source.ts'
import type { RecordFilter } from '../../records/record-filter.ts'
import type { RecordDialect } from './record-dialect.ts'
import type { RecordSource } from './record-source.ts'

/** Crawls: a row of `crawl` each. */
export const CRAWL_SOURCE: RecordSource = {
  table: 'crawl',
  key: ['scan', 'crawl_id'],
  joins: '',
  columns: Object.fromEntries(columnsOf('crawls').map(({ name }) => [name, { sql: `r.${name}` }])),
  lists: [],
  changedAt: 'changed_at',
  narrow: ({ scan }: RecordFilter, dialect: RecordDialect) => given(scan, name => `scan = ${dialect.text(name)}`),
  conditions: ({ network, crawlId, sinceMs, untilMs }: RecordFilter, dialect: RecordDialect) => [
    ...given(network, name => `r.network = ${dialect.text(name)}`),
    ...given(crawlId, id => `r.crawl_id = ${String(id)}`),
    ...given(sinceMs, ms => `r.started_at >= ${dialect.text(storeTimeOf(ms))}`),
    ...given(untilMs, ms => `r.started_at < ${dialect.text(storeTimeOf(ms))}`)
  ]
}
