import { column, optionalColumn } from './record-column.ts'
import type { RecordColumn } from './record-column.ts'

/** Columns of a visit: those of the view `visit_detail`. */
export const VISIT_COLUMNS: readonly RecordColumn[] = [
  column('started_at', 'time', 'Start of the visit by the crawler\'s clock.'),
  column('scan', 'text', 'The scan that made the visit: namespace/probe/scan.'),
  column('network', 'text', 'Network of the scan.'),
  optionalColumn('vantage', 'text', 'Place of the crawler, where the scan has one.'),
  column('crawl_id', 'integer', 'Start of the crawl in Unix time; of a passive sighting the start of its window of ten minutes.', { unit: 's' }),
  column('node_id', 'text', 'Peer id as libp2p prints it.'),
  column('discovery_type', 'text', 'Whether we dialled the peer (`active`) or it connected to us (`passive`).'),
  column('source', 'text', 'Where the peer was found first in the crawl, or how it connected to us.'),
  column('attempt', 'integer', 'Number of the visit of this peer in its crawl, from 1.'),
  optionalColumn('lane', 'text', 'Client of the visit; null in messages of older crawlers.'),
  column('duration_ms', 'integer', 'How long the visit took.', { unit: 'ms' }),
  column('outcome', 'text', 'Outcome of the visit: that of the attempt that got furthest.'),
  optionalColumn('detail', 'text', 'Text of the error, where the outcome alone is not clear.'),
  optionalColumn('address', 'text', 'The multiaddr that answered; null where none did.'),
  optionalColumn('transport', 'text', 'Transport of the connection.'),
  optionalColumn('security', 'text', 'Security protocol of the connection.'),
  optionalColumn('muxer', 'text', 'Stream multiplexer of the connection.'),
  optionalColumn('limited', 'boolean', 'Whether a relay limits the connection.'),
  optionalColumn('agent_version', 'text', 'Agent version that the peer reported.'),
  optionalColumn('protocol_version', 'text', 'Protocol version that the peer reported.'),
  optionalColumn('protocols', 'list', 'Protocols that the peer listed, sorted; null where it was not identified.'),
  optionalColumn('addresses', 'list', 'Addresses that the peer announced, sorted; null where it was not identified.'),
  optionalColumn('latency_ms', 'number', 'Round-trip time: the least of the visit\'s measurements.', { unit: 'ms' }),
  optionalColumn('queries', 'integer', 'FIND_NODE requests that were sent; null where none was.'),
  optionalColumn('queries_failed', 'integer', 'FIND_NODE requests without a usable answer.'),
  optionalColumn('peers_named', 'integer', 'Distinct peers in the answers.'),
  optionalColumn('latency_error_ms', 'number', 'By how much the round trip may have been shorter; null where unknown.', { unit: 'ms' }),
  optionalColumn('country', 'text', 'Country of the address that answered, as an ISO 3166-1 alpha-2 code, or `unknown`; null where nothing was looked up.'),
  optionalColumn('asn', 'integer', 'Number of its autonomous system; null where it is not known.'),
  optionalColumn('organisation', 'text', 'Name of the autonomous system.'),
  optionalColumn('cloud', 'text', 'Cloud or hosting provider, `none` or `unknown`.'),
  optionalColumn('place_source', 'text', 'The place files that know the address, each with the day on which it was built.')
]
