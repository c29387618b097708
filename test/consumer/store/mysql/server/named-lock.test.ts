import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withNamedLock } from '../../../../../consumer/store/mysql/server/named-lock.ts'
import { isProbeError, ProbeError } from '../../../../../core/errors.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'

const serverWith = (taken: number | null, database = 'nodes'): ScriptedConnection => new ScriptedConnection(statement => statement.includes('GET_LOCK') ? [[taken]] : [[database]])
const lockOf = ({ statements }: ScriptedConnection): string | undefined => /GET_LOCK\('([^']*)', 7\)/.exec(statements[1] ?? '')?.[1]

async function fail (): Promise<never> {
  throw new ProbeError('PP_STORE_DATA', 'fails')
}

suite('withNamedLock', () => {
  test('holds the lock while the work runs and gives it back, also when the work fails', async () => {
    for (const work of [async () => 'done', fail]) {
      const server = serverWith(1)
      await Promise.allSettled([withNamedLock(server.asConnection, 'purge', 7, work)])

      assert.equal(server.statements[2], `DO RELEASE_LOCK('${lockOf(server)!}')`)
    }
  })

  test('is a conflict when another holds it', async () => {
    await assert.rejects(withNamedLock(serverWith(0).asConnection, 'purge', 7, fail), err => isProbeError(err, 'PP_STORE_CONFLICT'))
  })

  test('differs between databases and kinds of work, and has a name that servers take', async () => {
    const servers = [serverWith(1), serverWith(1, 'x'.repeat(64)), serverWith(1)]
    await withNamedLock(servers[0]!.asConnection, 'purge', 7, async () => undefined)
    await withNamedLock(servers[1]!.asConnection, 'purge', 7, async () => undefined)
    await withNamedLock(servers[2]!.asConnection, 'partitions', 7, async () => undefined)
    const names = servers.map(lockOf)

    assert.equal(new Set(names).size, 3)
    assert.ok(names.every(name => name !== undefined && name.length <= 64))
  })

  test('asks nothing of a connection that is gone', async () => {
    const server = serverWith(1)
    await assert.rejects(withNamedLock(server.asConnection, 'purge', 7, async () => {
      server.destroy()
      throw new ProbeError('PP_STORE_UNAVAILABLE', 'gone')
    }), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))

    assert.equal(server.statements.length, 2)
  })
})
