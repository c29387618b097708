import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nodeStateOf, nodeValuesOf } from '../../../../../consumer/store/model/node-row.ts'
import { changedNodes, latestVisits, lockNodes, upsertNodes } from '../../../../../consumer/store/mysql/write/node-writer.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { MYSQL, ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { NodeValues } from '../../../../../consumer/store/model/node-row.ts'
import type { NodeState } from '../../../../../consumer/store/model/node-state.ts'
import type { IdentifiedVisit } from '../../../../../consumer/store/mysql/write/visit-ids.ts'

const at = (second: number): string => `2026-01-01 00:00:0${String(second)}.000`
const VALUES: NodeValues = ['ipfs/0.1.0', 'kubo/0.30.0', 'active', 5, at(2), at(1), at(2), at(2), 'ok', 'DE', 24940, null, 'Hetzner', at(2)]
const known = new Map([['Qm', nodeStateOf('Qm', VALUES)]])
const failed = (second: number, nodeId = 'Qm'): NodeState => ({ nodeId, contact: undefined, identity: undefined, place: undefined, tried: { at: at(second), outcome: 'timeout' } })
const contact = { firstSeen: at(3), lastSeen: at(3), discoveryType: 'active' }
const reached: NodeState = { nodeId: 'QmNew', contact, identity: undefined, place: undefined, tried: { at: at(3), outcome: 'connected' } }
const visitsOf = (...nodeIds: string[]): IdentifiedVisit[] =>
  nodeIds.map((nodeId, i) => ({ row: { nodeId }, peer: { id: i + 10 } }) as unknown as IdentifiedVisit)
const noneIsFresh = (): boolean => false

suite('changedNodes', () => {
  test('gives the merged row of a known peer, and none where nothing changes', () => {
    assert.deepEqual(changedNodes([failed(3)], known, new Map()).map(nodeValuesOf), [[...VALUES.slice(0, 7), at(3), 'timeout', ...VALUES.slice(9)]])
    assert.deepEqual(changedNodes([failed(1)], known, new Map()), [])
  })

  test('gives no row to a peer that was never reached', () => {
    assert.deepEqual(changedNodes([failed(3, 'QmOther')], known, new Map()), [])
  })

  test('lets an earlier try of the history decide last_tried of a new peer where it was later', () => {
    const latest = (second: number): ReadonlyMap<string, NodeState['tried']> => new Map([['QmNew', { at: at(second), outcome: 'refused' }]])

    assert.deepEqual(changedNodes([reached], known, latest(4))[0]?.tried, { at: at(4), outcome: 'refused' })
    assert.deepEqual(changedNodes([reached], known, latest(1))[0]?.tried, reached.tried)
  })
})

suite('node-writer', () => {
  test('writes all columns, with the time of writing', () => {
    const [statement] = upsertNodes(changedNodes([reached], known, new Map()), Date.UTC(2026, 0, 2), MYSQL)

    assert.match(statement!, /^INSERT INTO node_info \(node_id,protocol_version,.*,last_outcome,.*,placed_at,changed_at\) VALUES \('QmNew',NULL,NULL,'active',NULL,/)
    assert.match(statement!, /'connected',NULL,NULL,NULL,NULL,NULL,'2026-01-02 00:00:00\.000'\) AS fresh ON DUPLICATE KEY UPDATE protocol_version = fresh\.protocol_version,.*,changed_at = fresh\.changed_at$/)
  })

  test('locks the dictionary row of a peer that has no row, and looks again', async () => {
    let isThere = false
    const server = new ScriptedConnection((statement) => {
      if (statement.startsWith('SELECT peer_id')) {
        // Another process reached it before the lock was had.
        isThere = true
        return [[11]]
      }

      return [...statement.includes('\'Qm\'') ? [['Qm', ...VALUES]] : [], ...isThere ? [['QmNew', ...VALUES]] : []]
    })
    const found = await lockNodes(server.asConnection, [failed(3), reached], visitsOf('Qm', 'QmNew'), noneIsFresh)

    assert.deepEqual([...found.keys()], ['Qm', 'QmNew'])
    assert.equal(server.statements[1], 'SELECT peer_id, last_used_day FROM peer FORCE INDEX (PRIMARY) WHERE peer_id IN (11) FOR UPDATE')
    assert.ok(server.statements.every(statement => statement.endsWith('FOR UPDATE')))
  })

  test('locks no dictionary row where all peers have rows', async () => {
    const server = new ScriptedConnection(() => [['Qm', ...VALUES]])
    await lockNodes(server.asConnection, [failed(3)], visitsOf('Qm'), noneIsFresh)

    assert.equal(server.statements.length, 1)
  })

  test('locks no dictionary row that this transaction made', async () => {
    const server = new ScriptedConnection(() => [])
    const found = await lockNodes(server.asConnection, [reached], visitsOf('QmNew'), nodeId => nodeId === 'QmNew')

    assert.equal(found.size, 0)
    assert.equal(server.statements.length, 1)
  })

  test('gives up a transaction whose dictionary rows were removed', async () => {
    await assert.rejects(lockNodes(new ScriptedConnection(() => []).asConnection, [reached], visitsOf('QmNew'), noneIsFresh), err => isProbeError(err, 'PP_STORE_CONFLICT'))
  })

  test('asks the history for nothing where no peer is new to it', async () => {
    const server = new ScriptedConnection(() => [['Qm', Date.UTC(2026, 0, 1), 'timeout']])

    assert.equal((await latestVisits(server.asConnection, [])).size, 0)
    assert.equal(server.statements.length, 0)
    assert.deepEqual([...await latestVisits(server.asConnection, ['Qm'])], [['Qm', { at: at(0), outcome: 'timeout' }]])
  })
})
