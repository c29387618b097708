// Settings of MySQL and MariaDB that people have, on the real servers: each works, or is refused by name.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { isProbeError } from '../../core/errors.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { exercise } from './mysql/exercise.ts'
import { GLOBAL_SETTINGS, LOG_FORMATS, START_OPTIONS_OF } from './mysql/settings.ts'
import type { ServerFamily } from '../../consumer/store/mysql/server/server-info.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'
import type { ServerSetting } from './mysql/settings.ts'

const SERVERS = [
  { family: 'mariadb', found: mariadb.find(), kindOf: mariadbKind },
  { family: 'mysql', found: mysql.find(), kindOf: mysqlKind }
] as const

// The two servers have nothing to do with one another; settings of one server are tried one by one.
suite('settings', { concurrency: true }, () => {
  for (const { family, found, kindOf } of SERVERS) {
    suite(`of ${family}`, { concurrency: 1, skip: 'missing' in found ? found.missing : false }, () => {
      if (!('missing' in found)) {
        runWith(kindOf(found.at), [], GLOBAL_SETTINGS, family)
        runWith(kindOf(found.at), START_OPTIONS_OF[family], LOG_FORMATS, family)
      }
    })
  }
})

function runWith (kind: SqlServerKind, options: readonly string[], settings: readonly ServerSetting[], family: ServerFamily): void {
  suite(`started with ${options.join(' ') || 'nothing'}`, () => {
    const stack = new AsyncDisposableStack()
    let databases: MysqlDatabases

    before(async () => {
      const server = stack.use(await SqlServer.open(kind, options))
      databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
      // A user as it is recommended: init_connect and read_only do not hold for those who may do everything.
      await databases.execute('CREATE USER plain@\'%\' IDENTIFIED BY \'\'')
    })
    after(async () => {
      await stack.disposeAsync()
    })

    for (const { name, value, refused, isRoot, pauseMs } of settings.filter(({ only }) => only === undefined || only === family)) {
      test(`${name} = ${value} ${refused === undefined ? 'works' : `is refused: ${refused.code}`}`, async () => {
        const database = await databases.make()
        await databases.execute(`GRANT ALL PRIVILEGES ON ${database}.* TO plain@'%'; FLUSH PRIVILEGES`)
        const beside = await databases.connect(database)
        // It looks at the tables as they are, whatever the server gives its sessions.
        await beside.query(`SET NAMES utf8mb4; SET autocommit = 1; SET @before = @@global.${name}; SET GLOBAL ${name} = ${value}`)

        try {
          const exercised = exercise({ mysql: databases.configFor(database, { username: isRoot ? 'root' : 'plain', maxOpenConns: 1 }), beside, pauseMs })
          await (refused === undefined
            ? exercised
            : assert.rejects(exercised, (err) => {
                assert.ok(isProbeError(err, refused.code), String(err))
                assert.match(err.message, refused.says)
                return true
              }))
        } finally {
          await beside.query(`SET GLOBAL ${name} = @before${name === 'super_read_only' ? ', GLOBAL read_only = 0' : ''}`)
          await beside.end()
        }
      })
    }
  })
}
