import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { writeNetworks } from '../../../../../consumer/store/mysql/write/network-writer.ts'
import { ALIKE } from '../../../../support/consumer/alike-peers.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { NetworkRow } from '../../../../../consumer/store/model/rows.ts'

const met = (nodeId: string, network = 'ipfs', lastSeen = 't1'): NetworkRow => ({ nodeId, network, firstSeen: 't1', lastSeen })

/** A server that finds so many rows for each UPDATE. */
const serverThatFinds = (...matched: number[]): ScriptedConnection => new ScriptedConnection(statement => statement.startsWith('UPDATE') ? matched.shift() ?? 0 : 1)

suite('writeNetworks', () => {
  test('widens the time in which an unknown peer was met', async () => {
    const server = serverThatFinds()

    assert.equal(await writeNetworks(server.asConnection, [met('Qm')], new Set()), 1)
    assert.match(server.statements[0]!, /\('Qm','ipfs','t1','t1'\) ON DUPLICATE KEY UPDATE first_seen = LEAST\(.*\), last_seen = GREATEST\(.*\)$/)
    assert.equal(server.statements.length, 1)
  })

  test('touches the rows of known peers together, network by network', async () => {
    const server = serverThatFinds(2, 1)
    const rows = [met('QmA'), met('QmA', 'filecoin'), met('QmB')]

    assert.equal(await writeNetworks(server.asConnection, rows, new Set(['QmA', 'QmB'])), 3)
    assert.match(server.statements[0]!, /^UPDATE node_network .*first_seen = LEAST\(first_seen, ELT.*last_seen = GREATEST\(last_seen, ELT.* WHERE network = 'ipfs' AND node_id IN \('QmA','QmB'\)$/s)
    assert.match(server.statements[1]!, / WHERE network = 'filecoin' AND node_id IN \('QmA'\)$/)
    assert.equal(server.statements.length, 2)
  })

  test('upserts what it did not find, what was met twice, and what it cannot tell apart', async () => {
    const server = serverThatFinds(0, 1)
    const rows = [met('QmA', 'ipfs', 't2'), met('QmB', 'filecoin'), ...ALIKE.map(nodeId => met(nodeId))]

    assert.equal(await writeNetworks(server.asConnection, rows, new Set(['QmA', 'QmB', ...ALIKE])), 2)
    assert.deepEqual([...server.statements.at(-1)!.matchAll(/\('(\w+)',/g)].map(([, id]) => id), ['QmA', 'QmB', ALIKE[1]])
  })
})
