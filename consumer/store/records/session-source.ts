import { storeTimeOf } from '../model/store-time.ts'
import { given } from './record-source.ts'
import type { RecordFilter } from '../../records/record-filter.ts'
import type { RecordDialect } from './record-dialect.ts'
import type { RecordSource, SourceColumn } from './record-source.ts'

const PLAIN = ['node_id', 'network', 'first_ok', 'last_ok', 'absent_before', 'first_fail', 'probes', 'failures', 'recovered', 'end_outcome']

// Whole milliseconds: the servers' fractions of seconds are decimals, which drivers return as texts.
function between (from: string, to: string): SourceColumn {
  return { sql: ({ epochMs }: RecordDialect) => `${epochMs(`r.${to}`)} - ${epochMs(`r.${from}`)}`, form: 'ms' }
}

/** Sessions: a row of `session` each, with what the view `session_detail` adds. */
export const SESSION_SOURCE: RecordSource = {
  table: 'session',
  key: ['node_id', 'network', 'vantage', 'first_ok'],
  joins: '',
  columns: {
    ...Object.fromEntries(PLAIN.map(name => [name, { sql: `r.${name}` }])),
    vantage: { sql: 'nullif(r.vantage, \'\')' },
    at_least_s: between('first_ok', 'last_ok'),
    at_most_s: between('absent_before', 'first_fail'),
    is_reported: { sql: 'CASE WHEN r.absent_before IS NULL OR r.first_fail IS NULL THEN 0 ELSE 1 END' }
  },
  lists: [],
  narrow: () => [],
  conditions: ({ network, sinceMs, untilMs }: RecordFilter, dialect: RecordDialect) => [
    ...given(network, name => `r.network = ${dialect.text(name)}`),
    ...given(sinceMs, ms => `r.last_ok >= ${dialect.text(storeTimeOf(ms))}`),
    ...given(untilMs, ms => `r.last_ok < ${dialect.text(storeTimeOf(ms))}`)
  ]
}
