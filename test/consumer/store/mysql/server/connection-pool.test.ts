import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConnectionPool } from '../../../../../consumer/store/mysql/server/connection-pool.ts'
import { isProbeError, ProbeError } from '../../../../../core/errors.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import type { MysqlConnection } from '../../../../../consumer/store/mysql/server/connection.ts'

function poolOf ({ maxOpenConns = 2, maxIdleConns = 1 } = {}): { pool: ConnectionPool, clock: FakeClock, opened: ScriptedConnection[] } {
  const opened: ScriptedConnection[] = []
  const clock = new FakeClock()
  const open = async (): Promise<MysqlConnection> => {
    const connection = new ScriptedConnection()
    opened.push(connection)
    return connection.asConnection
  }

  return { pool: new ConnectionPool({ clock, open }, { host: 'h', port: 1, database: 'd', username: 'u', passwordFile: 'p', maxOpenConns, maxIdleConns }), clock, opened }
}

suite('ConnectionPool', () => {
  test('lends an idle connection again', async () => {
    const { pool, opened } = poolOf()
    await pool.use(async () => undefined)
    await pool.use(async () => undefined)

    assert.equal(opened.length, 1)
  })

  test('keeps no more idle connections than it may', async () => {
    const { pool, opened } = poolOf()
    const lent = [await pool.lend(), await pool.lend()]
    for (const connection of lent) {
      await pool.takeBack(connection)
    }

    assert.deepEqual(opened.map(({ isDisposed }) => isDisposed), [false, true])
  })

  test('lends no broken connection and keeps none', async () => {
    const { pool, opened } = poolOf()
    await pool.use(async () => undefined)
    opened[0]!.destroy()
    await pool.use(async (connection) => {
      connection.destroy()
    })
    await pool.use(async () => undefined)

    assert.deepEqual(opened.map(({ isDisposed }) => isDisposed), [true, true, false])
  })

  test('uses none again that was opened before one broke: the server may be another one now', async () => {
    const { pool, opened } = poolOf({ maxOpenConns: 4, maxIdleConns: 4 })
    const [idle, lent, broken] = [await pool.lend(), await pool.lend(), await pool.lend()]
    await pool.takeBack(idle)
    broken.destroy()
    await pool.takeBack(broken)
    assert.equal(idle.isBroken, true)
    await pool.takeBack(lent)
    const fresh = await pool.lend()
    await pool.takeBack(fresh)

    assert.deepEqual(opened.map(({ isBroken, isDisposed }) => isBroken || isDisposed), [true, true, true, false])
    assert.equal(await pool.lend(), fresh)
  })

  test('lets the next one wait for a connection, in the order of their coming', async () => {
    const { pool } = poolOf({ maxOpenConns: 1 })
    const lent = await pool.lend()
    const order: number[] = []
    const waiting = [1, 2, 3].map(async (n) => {
      await pool.use(async () => {
        order.push(n)
      })
    })
    await pool.takeBack(lent)
    await Promise.all(waiting)

    assert.deepEqual(order, [1, 2, 3])
  })

  test('gives up a wait after half a minute, and hands on no turn to who gave up', async () => {
    const { pool, clock } = poolOf({ maxOpenConns: 1 })
    const lent = await pool.lend()
    const waiting = assert.rejects(pool.lend(), err => isProbeError(err, 'PP_STORE_UNAVAILABLE') && err.message.includes('maxOpenConns'))
    await clock.advance(30_000)
    await waiting
    await pool.takeBack(lent)

    assert.equal(await pool.lend(), lent)
  })

  test('gives its place back when a connection cannot be opened', async () => {
    let isDown = true
    const open = async (): Promise<MysqlConnection> => {
      if (isDown) {
        throw new ProbeError('PP_STORE_UNAVAILABLE', 'down')
      }
      return new ScriptedConnection().asConnection
    }
    const pool = new ConnectionPool({ clock: new FakeClock(), open }, { host: 'h', port: 1, database: 'd', username: 'u', passwordFile: 'p', maxOpenConns: 1, maxIdleConns: 1 })
    await assert.rejects(pool.lend())
    isDown = false

    assert.ok(await pool.lend())
  })

  test('closes idle connections at its end, and lent ones when they come back', async () => {
    const { pool, opened } = poolOf()
    const lent = await pool.lend()
    await pool.use(async () => undefined)
    await pool[Symbol.asyncDispose]()
    assert.deepEqual(opened.map(({ isDisposed }) => isDisposed), [false, true])
    await pool.takeBack(lent)

    assert.deepEqual(opened.map(({ isDisposed }) => isDisposed), [true, true])
    await assert.rejects(pool.lend(), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))
  })
})
