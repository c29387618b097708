import { column, optionalColumn } from './record-column.ts'
import type { RecordColumn } from './record-column.ts'

/** Columns of an entry of a routing table. */
export const EDGE_COLUMNS: readonly RecordColumn[] = [
  column('scan', 'text', 'Identity of the scan: namespace/probe/scan.'),
  column('network', 'text', 'Network that was crawled.'),
  optionalColumn('vantage', 'text', 'Place of the crawler; null where the scan has none.'),
  column('crawl_id', 'integer', 'Number of the crawl: its start in seconds since 1970.'),
  column('node_id', 'text', 'Peer id of the visited peer.'),
  column('attempt', 'integer', 'Number of the visit within its crawl; 3 and 4 are confirmations of a failure.'),
  column('outcome', 'text', 'Outcome of the visit.'),
  column('contacted', 'boolean', 'Whether the visit contacted the peer.'),
  optionalColumn('entries', 'integer', 'Distinct peers in its answers; null where it was not asked or answered nothing. The file lists fewer where the limit of a crawl left the table out, and not the peer itself.'),
  optionalColumn('bucket', 'integer', 'Number of leading bits that the SHA-256 of both ids share; null with peer_id.'),
  optionalColumn('peer_id', 'text', 'Peer id of one entry of its routing table; null in the one row of a visit without any.')
]
