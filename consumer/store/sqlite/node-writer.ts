// Peers are read, merged by the rules of node-state.ts and written back, all in one transaction.
// The rules exist once, and an unchanged row is not written.
import { numberAt, SQLITE_VALUES, textAt } from '../../../core/rows/sqlite-row.ts'
import { NODE_COLUMNS, nodeStateOf, nodeValuesFrom, nodeValuesOf } from '../model/node-row.ts'
import { isReached, mergeNodeStates } from '../model/node-state.ts'
import { storeTimeOf } from '../model/store-time.ts'
import type { SightedAddress } from '../model/coalescer.ts'
import type { NodeState } from '../model/node-state.ts'
import type { NetworkRow } from '../model/rows.ts'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'

/** Writes the tables of peers. Every method works within the caller's transaction and returns the number of rows it wrote. */
export class NodeWriter {
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #latestVisit: StatementSync
  readonly #network: StatementSync
  readonly #address: StatementSync

  constructor (database: DatabaseSync) {
    this.#select = database.prepare(`SELECT ${NODE_COLUMNS.join(', ')} FROM node_info WHERE node_id = ?`)
    this.#select.setReturnArrays(true)
    this.#insert = database.prepare(`INSERT INTO node_info (${NODE_COLUMNS.join(', ')}, changed_at, node_id)
      VALUES (${NODE_COLUMNS.map(() => '?').join(', ')}, ?, ?)`)
    this.#update = database.prepare(`UPDATE node_info SET ${NODE_COLUMNS.map(column => `${column} = ?`).join(', ')}, changed_at = ? WHERE node_id = ?`)
    this.#latestVisit = database.prepare(`SELECT v.started_at AS at, o.word AS outcome
      FROM peer p JOIN visit v USING (peer_id) JOIN word o ON o.word_id = v.outcome_id WHERE p.node_id = ? ORDER BY v.started_at DESC, o.word DESC LIMIT 1`)
    this.#network = database.prepare(`INSERT INTO node_network (node_id, network, first_seen, last_seen) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
      WHERE excluded.first_seen < first_seen OR excluded.last_seen > last_seen`)
    this.#address = database.prepare(`INSERT INTO address_info (node_id, multiaddr, last_seen) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen WHERE excluded.last_seen > last_seen`)
  }

  /** Writes peers; their visits must be stored before. A peer that was never reached gets no row. */
  writeNodes (states: readonly NodeState[], nowMs: number): number {
    const changedAt = storeTimeOf(nowMs)
    let written = 0

    for (const state of states) {
      written += this.#writeNode(state, changedAt)
    }

    return written
  }

  writeNetworks (rows: readonly NetworkRow[]): number {
    let written = 0

    for (const { nodeId, network, firstSeen, lastSeen } of rows) {
      written += Number(this.#network.run(nodeId, network, firstSeen, lastSeen).changes)
    }

    return written
  }

  writeAddresses (sightings: readonly SightedAddress[]): number {
    // The addresses of a batch have few different times.
    const times = new Map<number, string>()
    let written = 0

    for (const { nodeId, multiaddr, seenMs } of sightings) {
      const seen = times.get(seenMs) ?? storeTimeOf(seenMs)
      times.set(seenMs, seen)
      written += Number(this.#address.run(nodeId, multiaddr, seen).changes)
    }

    return written
  }

  #writeNode (state: NodeState, changedAt: string): number {
    const stored = this.#select.get(state.nodeId)

    if (stored === undefined) {
      return this.#insertNode(state, changedAt)
    }

    const before = nodeValuesFrom(Object.values(stored), SQLITE_VALUES)
    const values = nodeValuesOf(mergeNodeStates(nodeStateOf(state.nodeId, before), state))

    if (values.every((value, i) => value === before[i])) {
      return 0
    }

    this.#update.run(...values, changedAt, state.nodeId)

    return 1
  }

  // Earlier failed visits of the peer left no row here: the table of visits has them.
  #insertNode (state: NodeState, changedAt: string): number {
    if (!isReached(state)) {
      return 0
    }

    const latest = this.#latestVisit.get(state.nodeId)
    const merged = latest === undefined ? state : mergeNodeStates(state, { ...state, tried: toTried(latest) })
    this.#insert.run(...nodeValuesOf(merged), changedAt, state.nodeId)

    return 1
  }
}

function toTried (visit: Record<string, SQLOutputValue>): NodeState['tried'] {
  return { at: storeTimeOf(numberAt(visit, 'at')), outcome: textAt(visit, 'outcome') }
}
