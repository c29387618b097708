import { column, optionalColumn } from './record-column.ts'
import type { RecordColumn } from './record-column.ts'

/** Columns of a session: those of the view `session_detail`. */
export const SESSION_COLUMNS: readonly RecordColumn[] = [
  column('node_id', 'text', 'Peer id as libp2p prints it.'),
  column('network', 'text', 'Network of the scans that visited the peer.'),
  optionalColumn('vantage', 'text', 'Place of the crawlers that visited the peer, where their scans have one.'),
  column('first_ok', 'time', 'First contact of the session.'),
  column('last_ok', 'time', 'Last contact of the session.'),
  optionalColumn('absent_before', 'time', 'Last failed visit before the session; null where it is unknown when the session began.'),
  optionalColumn('first_fail', 'time', 'First failed visit after the session; null where it is unknown when the session ended, or whether it has.'),
  column('probes', 'integer', 'Visits from first_ok to last_ok that tell whether the peer was there.'),
  column('failures', 'integer', 'Those of them that failed.'),
  column('recovered', 'integer', 'Failed ones after which the same crawl contacted the peer.'),
  optionalColumn('end_outcome', 'text', 'Outcome of the visit at first_fail.'),
  column('at_least_s', 'number', 'The session was at least this long: from first_ok to last_ok.', { unit: 's' }),
  optionalColumn('at_most_s', 'number', 'The session was at most this long: from absent_before to first_fail; null where one of them is unknown.', { unit: 's' }),
  column('is_reported', 'boolean', 'Whether both absent_before and first_fail are known.')
]
