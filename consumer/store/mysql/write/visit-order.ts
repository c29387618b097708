// Two messages of one visit that differ (a crawler that was killed and started again within a second
// makes such) leave the greater one, whichever came first. The order is that of what the visit says,
// never of the numbers that the dictionaries happened to give.
import { compareBytes } from '../../model/safe-text.ts'
import type { VisitRow } from '../../model/visit-row.ts'

/** What orders the messages of one visit, the most telling first. */
export type VisitPrecedence = readonly (string | number)[]

/** Expressions for the same values over a stored visit `v`, joined as in {@link PRECEDENCE_JOINS}. */
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
LEFT JOIN protocol_set r ON r.protocol_set_id = v.protocol_set_id`

/** What orders a message of a visit among others of the same visit. */
export function precedenceOf (row: VisitRow): VisitPrecedence {
  const { startedAtMs, outcome, durationMs, discoveryType, lane, detail } = row

  return [startedAtMs, outcome, durationMs, discoveryType, lane ?? '', detail ?? '', ...ofConnection(row), ...ofIdentity(row), ...ofQuestions(row)]
}

/** Whether `a` stands where `b` does not. */
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

function ofQuestions ({ latencyMs, latencyErrorMs, table }: VisitRow): VisitPrecedence {
  const [latencyUs, errorUs] = [latencyMs, latencyErrorMs].map(ms => ms === null ? -1 : Math.round(ms * 1_000)) as [number, number]

  return [latencyUs, errorUs, table?.queries ?? -1, table?.failed ?? -1, table?.peers ?? -1]
}
