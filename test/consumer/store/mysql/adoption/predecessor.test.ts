import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { adoptPredecessor, completeAdoption } from '../../../../../consumer/store/mysql/adoption/adopt.ts'
import { findPredecessor, refuseOtherTables } from '../../../../../consumer/store/mysql/adoption/predecessor.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'

const OURS = { node_info: ['node_id', 'changed_at'], address_info: ['node_id', 'addr_hash'] }
const THEIRS = { node_info: ['NODE_ID', 'last_seen'], address_info: ['node_id', 'multiaddr'] }
const ASIDE = { predecessor_node_info: THEIRS.node_info, predecessor_address_info: THEIRS.address_info }

/** A database with tables that have these columns. */
function databaseWith (tables: Readonly<Record<string, readonly string[]>>, type = 'BASE TABLE'): ScriptedConnection {
  return new ScriptedConnection(statement => statement.includes('information_schema.COLUMNS')
    ? Object.entries(tables).flatMap(([table, columns]) => columns.map(column => [table, column, 'VARCHAR', 'utf8mb4', type]))
    : [])
}

suite('findPredecessor', () => {
  test('finds none in an empty database and beside our own tables', async () => {
    assert.equal(await findPredecessor(databaseWith({}).asConnection), undefined)
    assert.equal(await findPredecessor(databaseWith(OURS).asConnection), undefined)
  })

  test('finds tables in their place, set aside, and beside ours', async () => {
    const found = async (tables: Readonly<Record<string, readonly string[]>>): Promise<unknown> => {
      const predecessor = await findPredecessor(databaseWith(tables).asConnection)
      return [predecessor?.tables.node_info?.name, predecessor?.tables.address_info?.name, predecessor?.isBesideOurs]
    }

    assert.deepEqual(await found(THEIRS), ['node_info', 'address_info', false])
    assert.deepEqual(await found({ node_info: THEIRS.node_info }), ['node_info', undefined, false])
    assert.deepEqual(await found(ASIDE), ['predecessor_node_info', 'predecessor_address_info', false])
    assert.deepEqual(await found({ ...ASIDE, ...OURS }), ['predecessor_node_info', 'predecessor_address_info', true])
  })

  test('refuses what it could not take over', async () => {
    for (const [tables, message, type] of [
      [{ node_info: ['serial'] }, 'lacks node_id and last_seen', undefined],
      [{ ...THEIRS, address_info: ['street'] }, 'lacks node_id and multiaddr', undefined],
      [{ ...THEIRS, ...ASIDE }, 'exists again', undefined],
      [{ ...THEIRS, adopted_node_info: ['node_id'] }, 'adopted_node_info, exists already', undefined],
      [{ node_info: OURS.node_info, address_info: THEIRS.address_info }, 'one of them is ours', undefined],
      [THEIRS, 'node_info and address_info is a view', 'VIEW']
    ] as const) {
      await assert.rejects(findPredecessor(databaseWith(tables, type).asConnection), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes(message), message)
    }
  })
})

test('refuseOtherTables lets a database pass that has none of the names', async () => {
  await refuseOtherTables(databaseWith({}).asConnection, ['crawl'])
  await assert.rejects(refuseOtherTables(new ScriptedConnection(() => [['crawl']]).asConnection, ['crawl']), err => isProbeError(err, 'PP_STORE_SCHEMA'))
})

test('nothing is done where nothing was left, and each part leaves what is the other one\'s', async () => {
  const nothing = databaseWith({})
  const beside = databaseWith({ ...ASIDE, ...OURS })

  assert.equal(await adoptPredecessor(nothing.asConnection, '', 0), undefined)
  assert.equal(await completeAdoption(nothing.asConnection, 0), undefined)
  assert.equal(await adoptPredecessor(beside.asConnection, '', 0), undefined)
  assert.equal([...nothing.statements, ...beside.statements].every(statement => statement.startsWith('SELECT')), true)
})
