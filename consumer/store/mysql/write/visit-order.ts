// Two messages of one visit can differ, when a crawler is killed and restarted within a second: the greater
// one stays, whichever came first. The order is that of the visit's contents, never of numbers in the dictionaries.
import { compareBytes } from '../../model/safe-text.ts'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import type { VisitRow } from '../../model/visit-row.ts'

/** Sort key of the messages of one visit, the most significant value first. */
export type VisitPrecedence = readonly (string | number)[]

/** SQL expressions for the same values of a stored visit `v`, with the tables of {@link PRECEDENCE_JOINS}. */
export const PRECEDENCE_COLUMNS = [
  'v.started_at',
  'o.word',
  'v.duration_ms',
  'd.word',
  'IFNULL(l.word, \'\')',
  'IFNULL(t.detail, \'\')',
  'IFNULL(c.transport, \'\')',
  'IFNULL(c.security, \'\')',
  'IFNULL(c.muxer, \'\')',
  'IFNULL(c.limited, -1)',
  'IFNULL(a.multiaddr, \'\')',
  'IFNULL(g.agent_version, \'\')',
  'IFNULL(g.protocol_version, \'\')',
  'IFNULL(LOWER(HEX(e.hash)), \'\')',
  'IFNULL(LOWER(HEX(r.hash)), \'\')',
  'IFNULL(x.country, \'\')',
  'IFNULL(x.asn, -1)',
  'IFNULL(x.organisation, \'\')',
  'IFNULL(x.cloud, \'\')',
  'IFNULL(x.source, \'\')',
  'IFNULL(v.latency_us, -1)',
  'IFNULL(v.latency_error_us, -1)',
  'IFNULL(v.queries, -1)',
  'IFNULL(v.queries_failed, -1)',
  'IFNULL(v.peers_named, -1)'
]

/** Tables that {@link PRECEDENCE_COLUMNS} read. */
export const PRECEDENCE_JOINS = `visit v
JOIN word o ON o.word_id = v.outcome_id
JOIN word d ON d.word_id = v.discovery_id
LEFT JOIN word l ON l.word_id = v.lane_id
LEFT JOIN detail t ON t.detail_id = v.detail_id
LEFT JOIN connection c ON c.connection_id = v.connection_id
LEFT JOIN address a ON a.address_id = v.address_id
LEFT JOIN agent g ON g.agent_id = v.agent_id
LEFT JOIN address_set e ON e.address_set_id = v.address_set_id
LEFT JOIN protocol_set r ON r.protocol_set_id = v.protocol_set_id
LEFT JOIN place x ON x.place_id = v.place_id`

/** The sort key of a message. */
export function precedenceOf (row: VisitRow): VisitPrecedence {
  const { startedAtMs, outcome, durationMs, discoveryType, lane, detail } = row

  return [startedAtMs, outcome, durationMs, discoveryType, lane ?? '', detail ?? '', ...ofConnection(row), ...ofIdentity(row), ...ofPlace(row), ...ofQuestions(row)]
}

/** The sort key of a stored visit, from its values of {@link PRECEDENCE_COLUMNS}. @throws ProbeError `PP_STORE_SCHEMA` */
export function storedPrecedence (values: readonly unknown[]): VisitPrecedence {
  return PRECEDENCE_COLUMNS.map((column, i) => MYSQL_VALUES.textOrNumber(values[i], column))
}

/** Whether `a` replaces `b`. */
export function precedes (a: VisitPrecedence, b: VisitPrecedence): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i]
    const order = typeof value === 'number' && typeof other === 'number' ? value - other : compareBytes(String(value), String(other))

    if (order !== 0) {
      return order > 0
    }
  }

  return false
}

function ofConnection ({ connection }: VisitRow): VisitPrecedence {
  return connection === null ? ['', '', '', -1, ''] : [connection.transport, connection.security, connection.muxer, Number(connection.limited), connection.address]
}

function ofIdentity ({ identity }: VisitRow): VisitPrecedence {
  return identity === null ? ['', '', '', ''] : [identity.agentVersion ?? '', identity.protocolVersion ?? '', identity.addresses.hash, identity.protocols.hash]
}

function ofPlace ({ place }: VisitRow): VisitPrecedence {
  return place === null ? ['', -1, '', '', ''] : [place.country, place.asn, place.organisation, place.cloud, place.source]
}

function ofQuestions ({ latencyMs, latencyErrorMs, table }: VisitRow): VisitPrecedence {
  return [microseconds(latencyMs), microseconds(latencyErrorMs), table?.queries ?? -1, table?.failed ?? -1, table?.peers ?? -1]
}

function microseconds (ms: number | null): number {
  return ms === null ? -1 : Math.round(ms * 1_000)
}
