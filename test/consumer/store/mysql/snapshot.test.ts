import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConnectionPool } from '../../../../consumer/store/mysql/server/connection-pool.ts'
import { MysqlSnapshot } from '../../../../consumer/store/mysql/snapshot.ts'
import { isProbeError, ProbeError } from '../../../../core/errors.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function poolOf (connection: ScriptedConnection): ConnectionPool {
  const config = { host: 'h', port: 1, database: 'd', username: 'u', passwordFile: 'p', maxOpenConns: 1, maxIdleConns: 1 }

  return new ConnectionPool({ clock: new FakeClock(), open: async () => connection.asConnection }, config)
}

suite('MysqlSnapshot', () => {
  test('is one read transaction from its beginning to its end, and gives its connection back', async () => {
    const server = new ScriptedConnection(statement => statement.includes('MAX(version)') ? [[3]] : [])
    const pool = poolOf(server)
    {
      await using snapshot = await MysqlSnapshot.open(pool)
      assert.equal(snapshot.schemaVersion, 3)
      assert.deepEqual(await snapshot.records({ kind: 'nodes', limit: 10 }), { records: [], next: undefined })
    }

    assert.deepEqual(server.statements.slice(0, 2), ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'])
    assert.equal(server.statements.at(-1), 'COMMIT')
    assert.equal(await pool.lend(), server.asConnection)
  })

  test('leaves no open transaction behind when it cannot begin or end', async () => {
    for (const failing of ['MAX(version)', 'COMMIT']) {
      const server = new ScriptedConnection(statement => statement.includes(failing) ? new ProbeError('PP_STORE_UNAVAILABLE', 'gone') : [[1]])
      const use = async (): Promise<void> => {
        await (await MysqlSnapshot.open(poolOf(server)))[Symbol.asyncDispose]()
      }

      if (failing === 'COMMIT') {
        await use()
      } else {
        await assert.rejects(use(), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))
      }
      assert.deepEqual([server.isBroken, server.isDisposed], [true, true])
    }
  })
})
