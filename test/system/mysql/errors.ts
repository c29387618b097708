// What goes wrong between the store and its server: each cause has a code of its own, and a message
// that says the way out.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { MysqlConnection } from '../../../consumer/store/mysql/server/connection.ts'
import { quote } from '../../../consumer/store/mysql/server/sql-text.ts'
import { MysqlConfig } from '../../../core/contracts/process-config.ts'
import { defined } from '../../../core/defined.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { Certificates } from '../../support/servers/certificates.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import type { SqlServer } from '../../support/servers/sql-server.ts'
import type { AddressInfo, Server } from 'node:net'

// Three times what is promised: the machine may be busy.
const LIMIT_MS = 45_000
const batch = { visits: [visitOf()], crawls: [] }

async function open (mysql: MysqlConfig): Promise<MysqlStore> {
  return await MysqlStore.open({ clock: systemClock }, { mysql, coalesceWindowMs: 0 })
}

async function rejectsWith (operation: Promise<unknown>, code: ErrorCode, wayOut: RegExp): Promise<void> {
  const startMs = performance.now()
  await assert.rejects(operation, (err) => {
    assert.ok(isProbeError(err, code), String(err))
    assert.match(err.message, wayOut)
    assert.doesNotMatch(err.message, /secret/)
    return true
  })
  assert.ok(performance.now() - startMs < LIMIT_MS)
}

/** A port that passes everything on to another one. */
async function forward (host: string, port: number): Promise<Server> {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1')
    socket.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => socket.destroy()).pipe(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')

  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Runs the suite against a server. */
export function mysqlErrors (name: string, databasesOf: () => MysqlDatabases, serverOf: () => SqlServer): void {
  suite(`failures of ${name}`, () => {
    test('a wrong password and an unknown user say so', async () => {
      using folder = new TempFolder()
      const databases = databasesOf()
      const database = await databases.make()
      writeFileSync(folder.file('wrong'), 'wrong-secret')
      await databases.execute('CREATE USER wrongly@\'%\' IDENTIFIED BY \'right-secret\'')

      await rejectsWith(open(databases.configFor(database, { username: 'wrongly', passwordFile: folder.file('wrong') })), 'PP_STORE_AUTH', /check that user wrongly may connect from here, and the password/)
      await rejectsWith(open(databases.configFor(database, { username: 'nobody', passwordFile: folder.file('wrong') })), 'PP_STORE_AUTH', /user nobody/)
      await rejectsWith(open(databases.configFor(database, { passwordFile: folder.file('none') })), 'PP_STORE_AUTH', /password file .*none cannot be read/)
    })

    test('a password that was changed is read again for the next connection', async () => {
      using folder = new TempFolder()
      const databases = databasesOf()
      const database = await databases.make()
      const passwordFile = folder.file('password')
      await databases.execute(`CREATE USER turning@'%' IDENTIFIED BY 'first'; GRANT ALL PRIVILEGES ON ${database}.* TO turning@'%'`)
      writeFileSync(passwordFile, 'first\n')
      await using store = await open(databases.configFor(database, { username: 'turning', passwordFile, maxIdleConns: 0 }))
      await store.migrate()
      await databases.execute('ALTER USER turning@\'%\' IDENTIFIED BY \'second\'')

      await assert.rejects(store.write(batch), err => isProbeError(err, 'PP_STORE_AUTH'))
      writeFileSync(passwordFile, 'second\n')
      assert.equal((await store.write(batch)).rows.node_info, 1)
    })

    test('a database that is not there, and privileges that are not, say what to do', async () => {
      using folder = new TempFolder()
      const databases = databasesOf()
      const database = await databases.make()
      writeFileSync(folder.file('reader'), 'reader-secret')
      await databases.execute(`CREATE USER reader@'%' IDENTIFIED BY 'reader-secret'; GRANT SELECT ON ${database}.* TO reader@'%'`)
      const reader = { username: 'reader', passwordFile: folder.file('reader') }

      await rejectsWith(open(databases.configFor('pp_nowhere')), 'PP_STORE_DATABASE_MISSING', /CREATE DATABASE `pp_nowhere`/)
      await rejectsWith(open(databases.configFor('mysql', reader)), 'PP_STORE_GRANT_MISSING', /GRANT ALL PRIVILEGES ON `mysql`\.\* TO 'reader'@'%'/)
      await using store = await open(databases.configFor(database, reader))
      await rejectsWith(store.migrate(), 'PP_STORE_GRANT_MISSING', /GRANT ALL PRIVILEGES/)
    })

    test('TLS stands where authority and address fit, and nowhere else', async () => {
      using folder = new TempFolder()
      const databases = databasesOf()
      const { caFile, port } = serverOf()
      const database = await databases.make()
      const other = new Certificates(folder.path, 'other-ca')
      const elsewhere = await forward('127.0.0.2', port)

      try {
        for (const host of ['127.0.0.1', 'localhost']) {
          await using connection = await MysqlConnection.open(systemClock, databases.configFor(database, { host, tls: { caFile } }))
          const { rows: [cipher] } = await connection.query('SHOW STATUS LIKE \'Ssl_cipher\'')
          assert.notEqual(cipher?.[1], '')
        }

        await rejectsWith(open(databases.configFor(database, { tls: { caFile: other.caFile } })), 'PP_STORE_TLS', /check the configured certificate authority/)
        await rejectsWith(open(databases.configFor(database, { tls: {} })), 'PP_STORE_TLS', /certificate/)
        await rejectsWith(open(databases.configFor(database, { host: '127.0.0.2', port: portOf(elsewhere), tls: { caFile } })), 'PP_STORE_TLS', /the server's certificate is for 127\.0\.0\.2/)
        await rejectsWith(open(databases.configFor(database, { tls: { caFile: folder.file('none') } })), 'PP_STORE_TLS', /none cannot be read/)
      } finally {
        elsewhere.close()
      }
    })

    test('an IPv6 address is reached with and without brackets, and fits a certificate', async () => {
      const databases = databasesOf()
      const { caFile, port } = serverOf()
      const database = await databases.make()
      const sixth = await forward('::1', port)

      try {
        for (const host of ['::1', '[::1]']) {
          for (const tls of [{ caFile }, undefined]) {
            const config = MysqlConfig.parse({ ...databases.configFor(database, { host, port: portOf(sixth) }), ...defined({ tls }) })
            await using connection = await MysqlConnection.open(systemClock, config)
            assert.equal((await connection.query('SELECT 1')).rows[0]?.[0], 1)
          }
        }
      } finally {
        sixth.close()
      }
      await rejectsWith(open(databases.configFor(database, { host: '::1', port: 1 })), 'PP_STORE_UNAVAILABLE', /@\[::1\]:1\//)
    })

    test('a session that stops to commit by itself is found out and given up', async () => {
      const databases = databasesOf()
      await using fixture = await databases.open()

      for (const statement of ['SET autocommit = 0', 'BEGIN']) {
        await using connection = await MysqlConnection.open(systemClock, databases.configFor(fixture.database))
        await rejectsWith(connection.run([statement, 'UPDATE removal_mark SET day = day + 1']), 'PP_STORE_SERVER', /was not committed/)
        assert.equal(connection.isBroken, true)
      }
      assert.deepEqual(await fixture.query('SELECT day FROM removal_mark'), [{ day: 0 }])
    })

    test('a statement that holds anything but ASCII is not sent', async () => {
      const databases = databasesOf()
      await using connection = await MysqlConnection.open(systemClock, databases.configFor(await databases.make()))

      await assert.rejects(connection.query('SELECT \'a\u0127\''), /not ASCII/)
      assert.equal((await connection.query(`SELECT ${quote('a\u0127 😀 \\ \'')}`)).rows[0]?.[0], 'a\u0127 😀 \\ \'')
    })

    test('a batch that the database refuses leaves nothing, and the next one is stored', async () => {
      await using fixture = await databasesOf().open()
      await fixture.query('CREATE TRIGGER poison BEFORE INSERT ON address_info FOR EACH ROW BEGIN IF NEW.multiaddr LIKE \'%quic%\' THEN SIGNAL SQLSTATE \'45000\' SET MESSAGE_TEXT = \'poison\'; END IF; END')

      try {
        await rejectsWith(fixture.store.write(batch), 'PP_STORE_DATA', /poison/)
        assert.deepEqual(await fixture.query('SELECT (SELECT COUNT(*) FROM peer) AS peers, (SELECT COUNT(*) FROM node_info) AS nodes'), [{ peers: 0, nodes: 0 }])
      } finally {
        await fixture.query('DROP TRIGGER poison')
      }
      assert.equal((await fixture.store.write(batch)).rows.address_info, 2)
    })

    test('a lock that another session holds is a conflict', async () => {
      const databases = databasesOf()
      await using fixture = await databases.open()
      const blocker = await databases.connect(fixture.database)
      await blocker.query('START TRANSACTION; SELECT * FROM removal_mark FOR UPDATE')

      try {
        await rejectsWith(fixture.store.write(batch), 'PP_STORE_CONFLICT', /Lock wait timeout/)
      } finally {
        await blocker.end()
      }
    })

    test('a crawl that starts too far in the future is the fault of its message', async () => {
      await using fixture = await databasesOf().open()
      const crawlId = Math.floor(fixture.clock.now() / 1_000) + 9 * 86_400

      await rejectsWith(fixture.store.write({ visits: [visitOf({ crawlId })], crawls: [] }), 'PP_STORE_DATA', /days in the future/)
      assert.equal((await fixture.store.write({ visits: [visitOf({ crawlId: crawlId - 2 * 86_400 })], crawls: [] })).rows.visit, 1)
    })

    test('a store without its tables says so', async () => {
      const databases = databasesOf()
      await using store = await open(databases.configFor(await databases.make()))

      await rejectsWith(store.summary(), 'PP_STORE_SCHEMA', /node_info/)
    })

    test('a server that goes away is waited for: the next write after it is back succeeds', async () => {
      const databases = databasesOf()
      await using store = await open(databases.configFor(await databases.make()))
      await store.migrate()
      await store.write(batch)
      await serverOf().kill()

      await assert.rejects(store.write(batch), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))
      await assert.rejects(store.write(batch), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))
      await serverOf().start()
      await databases.reconnect()
      assert.deepEqual((await store.write(batch)).rows, { visit: 0, node_info: 0, node_network: 0, address_info: 0, crawl: 0 })
    })
  })
}

/** Failures that take no server of the MySQL family. */
export function silentServer (): void {
  test('a server that says nothing is given up within 15 s, and one that is not there at once', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('password'), '')
    const silent = createServer(() => undefined)
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const config = { host: '127.0.0.1', port: portOf(silent), database: 'd', username: 'u', passwordFile: folder.file('password'), maxOpenConns: 1, maxIdleConns: 1 }

    await rejectsWith(MysqlStore.open({ clock: new FakeClock() }, { mysql: config, coalesceWindowMs: 0 }), 'PP_STORE_UNAVAILABLE', /ETIMEDOUT/)
    silent.close()
    await once(silent, 'close')
    await rejectsWith(MysqlStore.open({ clock: new FakeClock() }, { mysql: config, coalesceWindowMs: 0 }), 'PP_STORE_UNAVAILABLE', /ECONNREFUSED/)
  })
}
