import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NodeWriter } from '../../../../consumer/store/sqlite/node-writer.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'
import type { NodeState } from '../../../../consumer/store/model/node-state.ts'

const at = '2026-01-01 00:00:01.000'
const state: NodeState = { nodeId: 'QmPeer', contact: { firstSeen: at, lastSeen: at, discoveryType: 'active' }, identity: undefined, place: undefined, tried: { at, outcome: 'connected' } }

suite('NodeWriter', () => {
  test('does not touch a row that is as it should be', () => {
    using database = migratedDatabase()
    const writer = new NodeWriter(database)
    const changedAt = (): unknown => database.prepare('SELECT changed_at FROM node_info').get()?.['changed_at']

    assert.equal(writer.writeNodes([state], 0), 1)
    assert.equal(writer.writeNodes([state], 60_000), 0)
    assert.equal(changedAt(), '1970-01-01 00:00:00.000')
    assert.equal(writer.writeNodes([{ ...state, tried: { at: '2026-01-01 00:00:02.000', outcome: 'timeout' } }], 60_000), 1)
    assert.equal(changedAt(), '1970-01-01 00:01:00.000')
  })

  test('counts only addresses and networks that it changed', () => {
    using database = migratedDatabase()
    const writer = new NodeWriter(database)
    writer.writeNodes([state], 0)
    const sighting = { nodeId: 'QmPeer', multiaddr: '/ip4/192.0.2.1/tcp/1', seenMs: 5_000 }
    const met = { nodeId: 'QmPeer', network: 'ipfs', firstSeen: at, lastSeen: at }

    assert.deepEqual([5_000, 5_000, 4_000, 6_000].map(seenMs => writer.writeAddresses([{ ...sighting, seenMs }])), [1, 0, 0, 1])
    assert.deepEqual([at, at, '2025-01-01 00:00:00.000'].map(firstSeen => writer.writeNetworks([{ ...met, firstSeen }])), [1, 0, 1])
  })
})
