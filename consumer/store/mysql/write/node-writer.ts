// Peers are locked, read, merged by the rules of node-state.ts and written back where they changed, as in
// SQLite: the rules exist once. A peer without a row here is locked by its row in the dictionary, which
// exists before the peer was ever reached. So a failed visit and the first contact of one peer, in two
// processes at once, are serialised, and the second sees what the first wrote.
import { ProbeError } from '../../../../core/errors.ts'
import { nodeStateOf, nodeValuesFrom, nodeValuesOf, NODE_COLUMNS } from '../../model/node-row.ts'
import { isReached, mergeNodeStates } from '../../model/node-state.ts'
import { storeTimeOf } from '../../model/store-time.ts'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import { BY_KEY, listText, quote, upsertStatements } from '../server/sql-text.ts'
import { idText } from './visit-ids.ts'
import type { KnownNode, NodeState } from '../../model/node-state.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { SqlValue } from '../server/query-result.ts'
import type { ServerInfo } from '../server/server-info.ts'
import type { IdentifiedVisit } from './visit-ids.ts'

const COLUMNS = ['node_id', ...NODE_COLUMNS, 'changed_at']

/** Peers that have rows. */
export type KnownNodes = ReadonlyMap<string, KnownNode>

/** The last stored visits, by peer. */
export type LatestVisits = ReadonlyMap<string, NodeState['tried']>

/**
 * Locks the peers of a batch and reads the rows that exist.
 *
 * @param isFreshPeer whether this transaction inserted the peer's row in the dictionary, and so has its lock
 * @throws ProbeError `PP_STORE_CONFLICT`
 */
export async function lockNodes (
  connection: MysqlConnection,
  states: readonly NodeState[],
  visits: readonly IdentifiedVisit[],
  isFreshPeer: (nodeId: string) => boolean
): Promise<KnownNodes> {
  const known = await lockRows(connection, states.map(({ nodeId }) => nodeId))
  const unreached = visits.filter(({ row }) => !known.has(row.nodeId) && !isFreshPeer(row.nodeId))
  const peers = new Map(unreached.map(({ row, peer }) => [row.nodeId, Number(idText(peer))]))

  if (peers.size === 0) {
    return known
  }

  const ids = [...peers.values()].sort((a, b) => a - b)
  const { rows: locked } = await connection.query(`SELECT peer_id, last_used_day FROM peer ${BY_KEY} WHERE peer_id IN ${listText(ids.map(String))} FOR UPDATE`)

  if (locked.length !== ids.length) {
    throw new ProbeError('PP_STORE_CONFLICT', 'rows of peer were removed while they were in use')
  }

  // Another process may have reached these peers before this one got the lock.
  return new Map([...known, ...await lockRows(connection, [...peers.keys()])])
}

async function lockRows (connection: MysqlConnection, nodeIds: readonly string[]): Promise<KnownNodes> {
  if (nodeIds.length === 0) {
    return new Map()
  }

  const isOfBatch = `node_id IN ${listText(nodeIds.map(quote))}`
  const { rows } = await connection.query(`SELECT node_id, ${NODE_COLUMNS.join()} FROM node_info ${BY_KEY} WHERE ${isOfBatch} FOR UPDATE`)

  return new Map(rows.map(([id, ...values]) => {
    const nodeId = MYSQL_VALUES.text(id, 'node_id')

    return [nodeId, nodeStateOf(nodeId, nodeValuesFrom(values, MYSQL_VALUES))]
  }))
}

/** The last stored visits of peers that are reached for the first time: failed visits left no row in node_info. The peers must be locked. */
export async function latestVisits (connection: MysqlConnection, nodeIds: readonly string[]): Promise<LatestVisits> {
  if (nodeIds.length === 0) {
    return new Map()
  }

  const peers = `SELECT peer_id FROM peer WHERE node_id IN ${listText(nodeIds.map(quote))}`
  const { rows } = await connection.query(`SELECT p.node_id, v.started_at, MAX(o.word)
    FROM (SELECT peer_id, MAX(started_at) AS started_at FROM visit WHERE peer_id IN (${peers}) GROUP BY peer_id) latest
    JOIN visit v ON v.peer_id = latest.peer_id AND v.started_at = latest.started_at
    JOIN peer p ON p.peer_id = v.peer_id
    JOIN word o ON o.word_id = v.outcome_id
    GROUP BY p.node_id, v.started_at`)

  return new Map(rows.map(([nodeId, at, outcome]) => [
    MYSQL_VALUES.text(nodeId, 'node_id'),
    { at: storeTimeOf(MYSQL_VALUES.number(at, 'started_at')), outcome: MYSQL_VALUES.text(outcome, 'word') }
  ]))
}

/** The rows that a batch changes. A peer that was never reached gets no row. */
export function changedNodes (states: readonly NodeState[], known: KnownNodes, latest: LatestVisits): KnownNode[] {
  return states.flatMap((state) => {
    const before = known.get(state.nodeId)

    if (before !== undefined) {
      const after = mergeNodeStates(before, state)

      return isSame(nodeValuesOf(after), nodeValuesOf(before)) ? [] : [after]
    }

    const tried = latest.get(state.nodeId)
    const first = tried === undefined ? state : mergeNodeStates(state, { ...state, tried })

    return isReached(first) ? [first] : []
  })
}

/** Statements that write the rows of peers. */
export function upsertNodes (nodes: readonly KnownNode[], nowMs: number, server: ServerInfo): string[] {
  const changedAt = quote(storeTimeOf(nowMs))
  const literal = (value: SqlValue): string => typeof value === 'number' ? String(value) : quote(value)

  return upsertStatements({
    table: 'node_info',
    columns: COLUMNS,
    onDuplicate: fresh => COLUMNS.slice(1).map(column => `${column} = ${fresh(column)}`).join()
  }, nodes.map(node => `(${quote(node.nodeId)},${nodeValuesOf(node).map(literal).join()},${changedAt})`), server)
}

function isSame (a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.every((value, i) => value === b[i])
}
