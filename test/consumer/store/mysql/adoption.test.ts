import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { copyPredecessor, setPredecessorAside } from '../../../../consumer/store/mysql/adoption.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'

/** A database with tables that have these columns. */
function databaseWith (tables: Record<string, string[]>): ScriptedConnection {
  return new ScriptedConnection((statement) => {
    const table = /TABLE_NAME = '(\w+)'/.exec(statement)?.[1] ?? ''

    return (tables[table] ?? []).map(column => [column])
  })
}

const renamed = ({ statements }: ScriptedConnection): string | undefined => statements.find(statement => statement.startsWith('RENAME'))

suite('setPredecessorAside', () => {
  test('leaves an empty database and our own tables alone', async () => {
    for (const tables of [{}, { node_info: ['node_id', 'changed_at'], address_info: ['node_id', 'addr_hash'] }]) {
      const database = databaseWith(tables)
      await setPredecessorAside(database.asConnection)

      assert.equal(renamed(database), undefined)
    }
  })

  test('renames what a predecessor left, both tables at once', async () => {
    const database = databaseWith({ node_info: ['NODE_ID', 'last_seen'], address_info: ['node_id', 'multiaddr'] })
    await setPredecessorAside(database.asConnection)

    assert.equal(renamed(database), 'RENAME TABLE node_info TO predecessor_node_info,address_info TO predecessor_address_info')
  })

  test('renames nothing that it could not copy', async () => {
    for (const tables of [{ node_info: ['serial'] }, { address_info: ['node_id', 'multiaddr'] }, { node_info: ['node_id', 'last_seen'], address_info: ['street'] }]) {
      const database = databaseWith(tables)
      await assert.rejects(setPredecessorAside(database.asConnection), err => isProbeError(err, 'PP_STORE_SCHEMA'))

      assert.equal(renamed(database), undefined)
    }
  })
})

test('copyPredecessor copies nothing where nothing was set aside', async () => {
  const database = databaseWith({})

  assert.equal(await copyPredecessor(database.asConnection, 0), undefined)
  assert.equal(database.statements.every(statement => statement.startsWith('SELECT')), true)
})
