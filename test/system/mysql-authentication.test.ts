// Every way to authenticate that MySQL and MariaDB offer here, with and without TLS: a connection, or an error that says what to set.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { MysqlConnection } from '../../consumer/store/mysql/server/connection.ts'
import { defined } from '../../core/defined.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'
import type { RowDataPacket } from 'mysql2/promise'

const SERVERS: { name: string, found: ReturnType<typeof mysql.find>, kindOf: (at: string) => SqlServerKind, identified: (plugin: string) => string }[] = [
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind, identified: plugin => `WITH ${plugin}${NEEDS_NO_PASSWORD.has(plugin) ? '' : ' BY \'right\''}` },
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind, identified: plugin => `VIA ${plugin}${NEEDS_NO_PASSWORD.has(plugin) ? '' : plugin === 'mysql_old_password' ? ' USING \'6f8c114b58f2ce9e\'' : ' USING PASSWORD(\'right\')'}` }
]
const NEEDS_NO_PASSWORD: ReadonlySet<string> = new Set(['auth_socket', 'unix_socket', 'mysql_no_login'])

// Plugins that a server loads where it has the file; a server without it says so, and then there is nothing to try.
const LOADABLE = ['auth_socket', 'mysql_no_login', 'auth_ed25519', 'auth_parsec', 'auth_pam']

type Mode = 'plain' | 'key allowed' | 'TLS'
const MODES: readonly Mode[] = ['plain', 'key allowed', 'TLS']

// What is not here is refused in every mode, with the ways that work.
const EXPECTED: Readonly<Record<string, Readonly<Record<Mode, RegExp | undefined>>>> = {
  caching_sha2_password: { 'plain': /set mysql\.tls \(spec\.mysql\.tls\), or mysql\.allowPublicKeyRetrieval: true/, 'key allowed': undefined, 'TLS': undefined },
  sha256_password: { 'plain': /set mysql\.tls \(spec\.mysql\.tls\), or mysql\.allowPublicKeyRetrieval: true/, 'key allowed': undefined, 'TLS': undefined },
  mysql_native_password: { 'plain': undefined, 'key allowed': undefined, 'TLS': undefined }
}
const REFUSED = /give the user caching_sha2_password|check that user .* may connect from here|the database refuses|mysql_old_password/

for (const { name, found, kindOf, identified } of SERVERS) {
  suite(`ways to authenticate of ${name}`, { skip: 'missing' in found ? found.missing : false }, () => {
    const stack = new AsyncDisposableStack()
    let server: SqlServer
    let databases: MysqlDatabases
    let plugins: string[]

    before(async () => {
      server = stack.use(await SqlServer.open(kindOf('at' in found ? found.at : '')))
      databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
      writeFileSync(server.file('right'), 'right')
      const root = await server.root()
      for (const plugin of LOADABLE) {
        await root.query(name === 'MySQL' ? `INSTALL PLUGIN ${plugin} SONAME '${plugin}.so'` : `INSTALL SONAME '${plugin}'`).catch((err: unknown) => {
          assert.match(String(err), /open shared library|already|Can't find/)
        })
      }
      const [rows] = await root.query<RowDataPacket[]>('SELECT PLUGIN_NAME AS plugin FROM information_schema.PLUGINS WHERE PLUGIN_TYPE = \'AUTHENTICATION\' AND PLUGIN_STATUS = \'ACTIVE\' ORDER BY 1')
      plugins = rows.map(row => String(row['plugin']))
      await root.end()
    })
    after(async () => {
      await stack.disposeAsync()
    })

    test('each gives a connection, or an error that says what to set', async (context) => {
      const database = await databases.make()
      const seen: string[] = []

      for (const plugin of plugins) {
        for (const mode of MODES) {
          // The server remembers a caching_sha2_password account once it was proven: each mode has an account of its own.
          const username = `u_${plugin.slice(0, 20)}_${String(MODES.indexOf(mode))}`
          await databases.execute(`CREATE USER ${username}@'%' IDENTIFIED ${identified(plugin)}; GRANT ALL PRIVILEGES ON ${database}.* TO ${username}@'%'`)
          seen.push(`${plugin}, ${mode}: ${await outcomeOf(databases.configFor(database, { username, passwordFile: server.file('right'), ...settingsOf(mode, server) }), EXPECTED[plugin]?.[mode], plugin in EXPECTED)}`)
        }
      }

      context.diagnostic(seen.join('; '))
      assert.ok(plugins.includes(name === 'MySQL' ? 'caching_sha2_password' : 'mysql_native_password'))
      assert.equal(seen.length, plugins.length * MODES.length)
    })

    if (name === 'MySQL') {
      test('an account that the server has cached needs no key, until the server forgets it', async () => {
        const database = await databases.make()
        await databases.execute(`CREATE USER cached@'%' IDENTIFIED WITH caching_sha2_password BY 'right'; GRANT ALL PRIVILEGES ON ${database}.* TO cached@'%'`)
        const config = databases.configFor(database, { username: 'cached', passwordFile: server.file('right') })
        assert.equal(await outcomeOf({ ...config, allowPublicKeyRetrieval: undefined, tls: { caFile: server.caFile } }, undefined, true), 'connected')
        assert.equal(await outcomeOf({ ...config, allowPublicKeyRetrieval: false }, undefined, true), 'connected')
        await databases.execute('FLUSH PRIVILEGES')

        assert.equal(await outcomeOf({ ...config, allowPublicKeyRetrieval: false }, /allowPublicKeyRetrieval/, true), 'PP_STORE_AUTH')
      })
    }

    test('a server that takes TLS alone says so by the setting', async () => {
      const database = await databases.make()
      await databases.execute('SET GLOBAL require_secure_transport = ON')

      try {
        const err = await MysqlConnection.open(systemClock, databases.configFor(database)).then(() => undefined, (err: unknown) => err)
        assert.ok(isProbeError(err, 'PP_STORE_TLS') || isProbeError(err, 'PP_STORE_AUTH'), String(err))
        assert.match(err.message, /TLS|require_secure_transport|secure transport/i)
        await using connection = await MysqlConnection.open(systemClock, databases.configFor(database, settingsOf('TLS', server)))
        assert.equal(connection.isBroken, false)
        await connection.query('SET GLOBAL require_secure_transport = OFF')
      } finally {
        await using connection = await MysqlConnection.open(systemClock, databases.configFor(database, settingsOf('TLS', server)))
        await connection.query('SET GLOBAL require_secure_transport = OFF')
      }
    })
  })
}

function settingsOf (mode: Mode, { caFile }: SqlServer): Partial<MysqlConfig> {
  return { allowPublicKeyRetrieval: mode === 'key allowed', ...defined({ tls: mode === 'TLS' ? { caFile } : undefined }) }
}

async function outcomeOf (config: MysqlConfig, says: RegExp | undefined, isKnown: boolean): Promise<string> {
  try {
    await using connection = await MysqlConnection.open(systemClock, config)
    assert.ok(isKnown && says === undefined, `a connection as ${config.username ?? ''}`)
    assert.equal(connection.isBroken, false)

    return 'connected'
  } catch (err) {
    assert.ok(isProbeError(err) && (err.code === 'PP_STORE_AUTH' || err.code === 'PP_STORE_TLS'), String(err))
    assert.ok(!isKnown || says !== undefined, err.message)
    assert.match(err.message, says ?? REFUSED)
    assert.doesNotMatch(err.message, /right/)

    return err.code
  }
}
