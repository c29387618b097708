import { column, optionalColumn } from './record-column.ts'
import type { RecordColumn } from './record-column.ts'

/** Columns of a peer: its row of `node_info`, with its rows of `address_info` and `node_network` as lists. */
export const NODE_COLUMNS: readonly RecordColumn[] = [
  column('node_id', 'text', 'Peer id as libp2p prints it.'),
  optionalColumn('protocol_version', 'text', 'Protocol version that the peer reported last.'),
  optionalColumn('agent_version', 'text', 'Agent version that the peer reported last.'),
  column('discovery_type', 'text', 'How the last contact came about: `active` (we dialled) or `passive` (the peer connected to us).'),
  optionalColumn('latency', 'integer', 'Round-trip time of the last identification.', { unit: 'ns' }),
  column('last_seen', 'time', 'Last contact.'),
  column('first_seen', 'time', 'First contact.'),
  optionalColumn('identified_at', 'time', 'When the peer last reported protocol_version and agent_version.'),
  column('last_tried', 'time', 'Last visit, whatever its outcome.'),
  column('last_outcome', 'text', 'Outcome of the last visit.'),
  optionalColumn('country', 'text', 'Country of the peer, as an ISO 3166-1 alpha-2 code, or `unknown`; null where no place file with countries was used.'),
  optionalColumn('asn', 'integer', 'Number of the autonomous system; null where it is not known.'),
  optionalColumn('organisation', 'text', 'Name of the autonomous system.'),
  optionalColumn('cloud', 'text', 'Cloud or hosting provider, `none` or `unknown`; null where no place file with autonomous systems was used.'),
  optionalColumn('placed_at', 'time', 'Last contact whose address was looked up.'),
  column('addresses', 'list', 'Addresses that the peer announced or answered on: objects with `multiaddr` and `last_seen`.'),
  column('networks', 'list', 'Networks in which the peer was contacted: objects with `network`, `first_seen` and `last_seen`.')
]
