// Peers are locked, read, merged by the rules of node-state.ts and written back where that changes
// them, as in SQLite: one form of the rules. A peer that has no row is locked by its row in the
// dictionary, which exists before it was ever reached: so a failed visit and the first contact of one
// peer, in two processes at once, follow one another, and the later one sees what the earlier one left.
import { ProbeError } from '../../../../core/errors.ts'
import { nodeStateOf, nodeValuesOf, NODE_COLUMNS } from '../../model/node-row.ts'
import { mergeNodeStates } from '../../model/node-state.ts'
import { storeTimeOf } from '../../model/store-time.ts'
import { BY_KEY, listText, quote, upsertStatements } from '../server/sql-text.ts'
import { idText } from './visit-ids.ts'
import type { KnownNode, NodeValues } from '../../model/node-row.ts'
import type { NodeState } from '../../model/node-state.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { SqlValue } from '../server/query-result.ts'
import type { ServerInfo } from '../server/server-info.ts'
import type { IdentifiedVisit } from './visit-ids.ts'

const COLUMNS = ['node_id', ...NODE_COLUMNS, 'changed_at']

/** Peers that have rows. */
export type KnownNodes = ReadonlyMap<string, KnownNode>

/** A peer's last visit, as the history knows it. */
export type LatestVisits = ReadonlyMap<string, NodeState['tried']>

/**
 * Locks the peers of a batch and reads those that have rows.
 *
 * @param isFreshPeer whether this transaction made a peer's row in the dictionary, and so holds its lock
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

  // Another process may have reached them before the lock was had.
  return new Map([...known, ...await lockRows(connection, [...peers.keys()])])
}

async function lockRows (connection: MysqlConnection, nodeIds: readonly string[]): Promise<KnownNodes> {
  if (nodeIds.length === 0) {
    return new Map()
  }

  const isOfBatch = `node_id IN ${listText(nodeIds.map(quote))}`
  const { rows } = await connection.query(`SELECT node_id, ${NODE_COLUMNS.join()} FROM node_info ${BY_KEY} WHERE ${isOfBatch} FOR UPDATE`)

  return new Map(rows.map(([nodeId, ...values]) => [String(nodeId), nodeStateOf(String(nodeId), values as unknown as NodeValues)]))
}

/** The last visits of peers that are reached for the first time: failed ones left no row in node_info. The peers are locked. */
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

  return new Map(rows.map(([nodeId, at, outcome]) => [String(nodeId), { at: storeTimeOf(Number(at)), outcome: String(outcome) }]))
}

/** The rows that a batch changes. A peer that was never reached gets none. */
export function changedNodes (states: readonly NodeState[], known: KnownNodes, latest: LatestVisits): KnownNode[] {
  return states.flatMap((state) => {
    const before = known.get(state.nodeId)

    if (before !== undefined) {
      const after = mergeNodeStates(before, state) as KnownNode

      return isSame(nodeValuesOf(after), nodeValuesOf(before)) ? [] : [after]
    }

    const tried = latest.get(state.nodeId)
    const first = tried === undefined ? state : mergeNodeStates(state, { ...state, tried })

    return first.contact === undefined ? [] : [first as KnownNode]
  })
}

/** Statements that write rows as they are given. */
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
