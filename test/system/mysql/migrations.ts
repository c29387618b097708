// How a schema comes to be: from nothing, from two processes at once, and from halfway.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { readMigrations } from '../../../consumer/store/migrations/migrations.ts'
import { MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { PEERS, visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { MigrationReport } from '../../../consumer/store/model/node-store.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'

const PROCESS = fileURLToPath(new URL('../../support/consumer/migrate-process.ts', import.meta.url))

/** Numbers of all migrations of this version. */
const ALL = readMigrations(MYSQL_MIGRATIONS).map(({ version }) => version)

/** Runs the suite against a server. */
export function mysqlMigrations (name: string, databasesOf: () => MysqlDatabases): void {
  const open = async (database: string, migrations: string = MYSQL_MIGRATIONS): Promise<MysqlStore> =>
    await MysqlStore.open({ clock: new FakeClock() }, { mysql: databasesOf().configFor(database), coalesceWindowMs: 0, migrations })

  suite(`migrations of ${name}`, () => {
    test('two processes at once apply each migration once', async () => {
      const databases = databasesOf()
      const config = JSON.stringify(databases.configFor(await databases.make()))
      const runs = await Promise.all([1, 2, 3].map(async () => await promisify(execFile)(process.execPath, [PROCESS, config])))
      const reports = runs.map(({ stdout }) => JSON.parse(stdout) as MigrationReport)

      assert.deepEqual(reports.flatMap(({ applied }) => applied), ALL)
    })

    test('a migration that was interrupted is completed by the next run', async () => {
      const databases = databasesOf()
      const database = await databases.make()
      const sql = readFileSync(join(MYSQL_MIGRATIONS, '0001-initial.sql'), 'utf8')
      const connection = await databases.connect(database)
      await connection.query(sql.slice(0, sql.indexOf('CREATE TABLE IF NOT EXISTS crawl ')))
      await connection.end()
      await using store = await open(database)

      assert.deepEqual(await store.migrate(), { applied: ALL })
      assert.equal((await store.write({ visits: [visitOf()], crawls: [] })).rows.visit, 1)
    })

    test('new migrations are applied once; a database with a breaking one and an edited migration are refused, a newer one is not', async () => {
      using folder = new TempFolder()
      const newer = folder.file('newer')
      cpSync(MYSQL_MIGRATIONS, newer, { recursive: true })
      const next = ALL.length + 1
      const extra = join(newer, `${String(next).padStart(4, '0')}-extra.sql`)
      writeFileSync(extra, 'CREATE TABLE IF NOT EXISTS extra (id INT)')
      const database = await databasesOf().make()
      const migrate = async (migrations?: string): Promise<readonly number[]> => {
        await using store = await open(database, migrations)
        return (await store.migrate()).applied
      }

      assert.deepEqual(await migrate(), ALL)
      assert.deepEqual(await migrate(newer), [next])
      assert.deepEqual(await migrate(newer), [])
      assert.deepEqual(await migrate(), [])
      const breaking = folder.file('breaking')
      cpSync(newer, breaking, { recursive: true })
      writeFileSync(join(breaking, `${String(next + 1).padStart(4, '0')}-breaking-extra.sql`), 'DROP TABLE IF EXISTS extra')
      assert.deepEqual(await migrate(breaking), [next + 1])
      await assert.rejects(migrate(), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('newer'))
      writeFileSync(extra, 'CREATE TABLE IF NOT EXISTS extra (id INT, more INT)')
      await assert.rejects(migrate(newer), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes(`${String(next)} (extra)`))
    })

    for (const upgraded of [false, true]) {
      test(`a database ${upgraded ? 'of the version before' : 'made'} by an account that is dropped afterwards is read by another`, async () => {
        using folder = new TempFolder()
        const databases = databasesOf()
        const database = await databases.make()
        writeFileSync(folder.file('password'), 'rotated-secret')
        cpSync(join(MYSQL_MIGRATIONS, '0001-initial.sql'), folder.file('before/0001-initial.sql'))
        const [first, second, reader] = ['first', 'second', 'reader'].map(user => `${user}_${database}`) as [string, string, string]
        const migrateAs = async (username: string, migrations: string): Promise<void> => {
          await using store = await MysqlStore.open({ clock: new FakeClock() }, { mysql: databases.configFor(database, { username, passwordFile: folder.file('password') }), coalesceWindowMs: 0, migrations })
          await store.migrate()

          // an older version's writer is not here any more: only tables as new as ours take our rows
          if (migrations === MYSQL_MIGRATIONS) {
            await store.write({ visits: [visitOf()], crawls: [] })
          }
        }
        await databases.execute([first, second, reader].map(user => `CREATE USER ${user}@'%' IDENTIFIED BY 'rotated-secret'; GRANT ${user === reader ? 'SELECT' : 'ALL PRIVILEGES'} ON ${database}.* TO ${user}@'%'`).join(';'))
        await migrateAs(first, upgraded ? folder.file('before') : MYSQL_MIGRATIONS)
        await databases.execute(`DROP USER ${first}@'%'`)
        await migrateAs(second, MYSQL_MIGRATIONS)
        await databases.execute(`DROP USER ${second}@'%'`)
        const connection = await createConnection({ host: databases.server.host, port: databases.server.port, user: reader, password: 'rotated-secret', database, dateStrings: true })

        try {
          assert.deepEqual((await connection.query('SELECT node_id, started_at IS NOT NULL AS has_start FROM visit_detail'))[0], [{ node_id: PEERS[0], has_start: 1 }])
        } finally {
          await connection.end()
        }
      })
    }

    test('every view is of the invoker, and there is nothing else that a definer owns', async () => {
      await using fixture = await databasesOf().open()
      const count = (kind: string): string => `(SELECT COUNT(*) FROM information_schema.${kind}S WHERE ${kind}_SCHEMA = DATABASE())`
      const [found] = await fixture.query(`SELECT
        (SELECT GROUP_CONCAT(DISTINCT SECURITY_TYPE) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()) AS views,
        ${['TRIGGER', 'ROUTINE', 'EVENT'].map(count).join(' + ')} AS others`)

      assert.deepEqual(found, { views: 'INVOKER', others: 0 })
    })
  })
}
