import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { copyAddresses, copyNodes, watchTables, withLenientSession } from '../../../../../consumer/store/mysql/adoption/copy-rows.ts'
import { oldAddresses, oldNodes } from '../../../../../consumer/store/mysql/adoption/old-rows.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { OldTable } from '../../../../../consumer/store/mysql/adoption/predecessor.ts'

const table = (...columns: string[]): OldTable => ({ name: 'old', columns: new Map(columns.map(column => [column, { type: 'varchar', charset: 'latin1' }])) })

test('columns that an old table lacks are not asked for', () => {
  assert.doesNotMatch(oldNodes(table('node_id', 'last_seen')), /p\.(agent_version|protocol_version|discovery_type|latency)/)
  assert.match(oldNodes(table('node_id', 'last_seen', 'latency')), /p\.latency BETWEEN 0 AND 9e15/)
  assert.doesNotMatch(oldAddresses(table('node_id', 'multiaddr')), /p\.last_seen/)
})

test('numbers are taken for seconds or milliseconds, and texts for what they say', () => {
  assert.match(oldNodes({ name: 'old', columns: new Map([['last_seen', { type: 'bigint', charset: null }]]) }), /FROM_UNIXTIME\(p\.last_seen \/ 1000\)/)
  assert.doesNotMatch(oldNodes(table('last_seen')), /FROM_UNIXTIME/)
})

test('copyNodes and copyAddresses count what they left out', async () => {
  const server = new ScriptedConnection(statement => statement.startsWith('SELECT SUM') ? [['1', '2', '10', '3', '7']] : 0)

  assert.deepEqual(await copyNodes(server.asConnection, table('node_id', 'last_seen'), 'target', 0), { nodes: 7, nodesWithoutId: 1, nodesWithoutTime: 2, duplicateNodes: 3, nodesWithCutTexts: 3 })
  assert.deepEqual(await copyAddresses(server.asConnection, table('node_id', 'multiaddr'), 'target', 'nodes'), { addresses: 7, duplicateAddresses: 3, orphanAddresses: 1, refusedAddresses: 2, addressesWithoutTime: 0 })
  assert.equal((await copyAddresses(server.asConnection, table('node_id', 'multiaddr', 'last_seen'), 'target', 'nodes')).addressesWithoutTime, 3)
})

suite('withLenientSession', () => {
  test('puts the mode back, also after a failure, but asks a broken connection for nothing', async () => {
    for (const isBroken of [false, true]) {
      const server = new ScriptedConnection(statement => statement.startsWith('SELECT') ? [['STRICT_ALL_TABLES']] : [])

      await assert.rejects(withLenientSession(server.asConnection, async () => {
        server.isBroken = isBroken
        throw new TypeError('x')
      }), TypeError)
      assert.deepEqual(server.statements.slice(1), ['SET SESSION sql_mode = \'NO_ENGINE_SUBSTITUTION\'', ...isBroken ? [] : ['SET SESSION sql_mode = \'STRICT_ALL_TABLES\'']])
    }
  })
})

test('watchTables fails once a table holds something else', async () => {
  let sum = 1
  const requireUnchanged = await watchTables(new ScriptedConnection(() => [['d.old', sum]]).asConnection, ['old'])
  await requireUnchanged()
  sum = 2

  await assert.rejects(requireUnchanged(), err => isProbeError(err, 'PP_STORE_CONFLICT') && err.message.includes('old'))
})
