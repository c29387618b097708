// A visit is usually written once, so rows are inserted without reading them first. Only where rows existed
// (messages came again) are they compared with the new ones.
import { listText, upsertStatements } from '../server/sql-text.ts'
import { idText, VISIT_COLUMNS, visitKeyOf, visitTuple } from './visit-ids.ts'
import { PRECEDENCE_COLUMNS, PRECEDENCE_JOINS, precedenceOf, precedes, storedPrecedence } from './visit-order.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { ServerInfo } from '../server/server-info.ts'
import type { IdentifiedVisit } from './visit-ids.ts'

const KEY = VISIT_COLUMNS.slice(0, 5)
const VALUES = VISIT_COLUMNS.slice(5)

/** One row for each visit: of several messages of the same visit, the greatest. */
export function uniqueVisits (visits: readonly IdentifiedVisit[]): IdentifiedVisit[] {
  const unique = new Map<string, IdentifiedVisit>()

  for (const visit of visits) {
    const key = visitKeyOf(visit)
    const other = unique.get(key)

    if (other === undefined || precedes(precedenceOf(visit.row), precedenceOf(other.row))) {
      unique.set(key, visit)
    }
  }

  return [...unique.values()]
}

/** Statements that insert new visits and leave existing rows unchanged. */
export function insertVisits (visits: readonly IdentifiedVisit[], server: ServerInfo): string[] {
  return upsertStatements({ table: 'visit', columns: VISIT_COLUMNS, onDuplicate: () => 'attempt = visit.attempt' }, visits.map(visitTuple), server)
}

/** Replaces stored rows that a greater message arrived for, within the transaction that inserted; returns how many. */
export async function replaceVisits (connection: MysqlConnection, visits: readonly IdentifiedVisit[]): Promise<number> {
  const distinct = (of: (visit: IdentifiedVisit) => string): string => listText(new Set(visits.map(of)))
  const { rows: stored } = await connection.query(`SELECT ${[...KEY.map(column => `v.${column}`), ...PRECEDENCE_COLUMNS].join()} FROM ${PRECEDENCE_JOINS}
    WHERE v.crawl_id IN ${distinct(({ row }) => String(row.crawlId))} AND v.scan_id IN ${distinct(({ scan }) => idText(scan))}
    AND v.peer_id IN ${distinct(({ peer }) => idText(peer))}`)
  const precedences = new Map(stored.map(values => [values.slice(0, KEY.length).join(), storedPrecedence(values.slice(KEY.length))]))
  const greater = visits.filter((visit) => {
    const precedence = precedences.get(visitKeyOf(visit))

    return precedence === undefined || precedes(precedenceOf(visit.row), precedence)
  })

  await connection.run(upsertStatements({
    table: 'visit',
    columns: VISIT_COLUMNS,
    onDuplicate: fresh => VALUES.map(column => `${column} = ${fresh(column)}`).join()
  }, greater.map(visitTuple), connection.server))

  return greater.length
}
