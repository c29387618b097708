// A program before this one leaves more than tables: events, triggers and routines go on writing them.
import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { MigrationReport, OtherProgram } from '../../../consumer/store/model/node-store.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import type { Connection } from 'mysql2/promise'

const TABLES = `CREATE TABLE node_info (node_id VARCHAR(90), last_seen DATETIME); CREATE TABLE address_info (node_id VARCHAR(90), multiaddr VARCHAR(200));
  CREATE TABLE stats (at DATETIME, nodes INT, node_id VARCHAR(90)); INSERT INTO node_info VALUES ('QmOld', '2025-12-01 10:00:00')`

// Not before the test is over.
const DAILY = 'ON SCHEDULE EVERY 1 DAY STARTS NOW() + INTERVAL 1 DAY DO'
const CLEAN = 'DELETE FROM node_info WHERE last_seen < NOW() - INTERVAL 7 DAY'

/** Programs that may write our tables, where OTHER is another schema; and what ends them. */
const WRITERS: readonly (readonly [what: string, sql: string, ends: readonly string[]])[] = [
  ['an event that calls a procedure', `CREATE PROCEDURE clean_old_nodes() ${CLEAN}; CREATE EVENT daily ${DAILY} CALL clean_old_nodes()`, ['DROP EVENT `daily` (or ALTER EVENT `daily` DISABLE)', 'DROP PROCEDURE `clean_old_nodes`']],
  ['an event that calls through two procedures and a function', `CREATE PROCEDURE a() TRUNCATE TABLE \`address_info\`; CREATE PROCEDURE b() BEGIN IF 1 THEN CALL a; END IF; END;
      CREATE FUNCTION f() RETURNS INT BEGIN UPDATE stats s JOIN node_info n SET n.last_seen = s.at; RETURN 1; END;
      CREATE EVENT \`da\`\`ily\` ${DAILY} BEGIN CALL b(); SET @x = f(); END`, ['DROP EVENT `da``ily` (or ALTER EVENT `da``ily` DISABLE)', 'DROP FUNCTION `f`', 'DROP PROCEDURE `a`', 'DROP PROCEDURE `b`']],
  ['an event that deletes through a view', `CREATE VIEW old_nodes AS SELECT * FROM node_info; CREATE EVENT daily ${DAILY} /* node_info */ DELETE FROM old_nodes WHERE last_seen < NOW()`, ['DROP EVENT `daily` (or ALTER EVENT `daily` DISABLE)']],
  ['an event of another schema', `CREATE EVENT OTHER.daily ${DAILY} REPLACE INTO OURS.node_info VALUES ('x', NOW())`, ['DROP EVENT `OTHER`.`daily` (or ALTER EVENT `OTHER`.`daily` DISABLE)']],
  ['an event of another schema with its own procedure', `CREATE PROCEDURE OTHER.p() DELETE FROM OURS.address_info; CREATE EVENT OTHER.daily ${DAILY} CALL p`, ['DROP EVENT `OTHER`.`daily` (or ALTER EVENT `OTHER`.`daily` DISABLE)', 'DROP PROCEDURE `OTHER`.`p`']],
  ['a trigger of an old table', 'CREATE TRIGGER cascade_it AFTER DELETE ON node_info FOR EACH ROW DELETE FROM address_info WHERE node_id = OLD.node_id', ['DROP TRIGGER `cascade_it`']],
  ['a trigger of another table, and who sets it off', `CREATE TRIGGER tr AFTER INSERT ON stats FOR EACH ROW INSERT INTO node_info SET node_id = NEW.node_id;
      CREATE EVENT daily ${DAILY} INSERT INTO stats (at) VALUES (NOW())`, ['DROP EVENT `daily` (or ALTER EVENT `daily` DISABLE)', 'DROP TRIGGER `tr`']],
  ['a procedure that puts its statement together', 'CREATE PROCEDURE anything() BEGIN SET @s = CONCAT(\'DELETE FROM node\', \'_info\'); PREPARE s FROM @s; EXECUTE s; END', ['DROP PROCEDURE `anything`']],
  ['a procedure of another schema that puts its statement together and names ours', 'CREATE PROCEDURE OTHER.anything() BEGIN SET @s = CONCAT(\'DELETE FROM OURS.node\', \'_info\'); PREPARE s FROM @s; END', ['DROP PROCEDURE `OTHER`.`anything`']]
]

const HARMLESS = `CREATE EVENT disabled ON SCHEDULE EVERY 1 DAY DISABLE DO ${CLEAN};
  CREATE EVENT counts ${DAILY} INSERT INTO stats (at, nodes) SELECT NOW(), COUNT(*) FROM node_info;
  CREATE TRIGGER stamp BEFORE INSERT ON node_info FOR EACH ROW SET NEW.last_seen = NOW();
  CREATE PROCEDURE shows() SELECT 'DELETE FROM node_info', n.* FROM node_info n /* DELETE FROM node_info */;
  CREATE PROCEDURE other_schema() DELETE FROM elsewhere.node_info;
  CREATE PROCEDURE OTHER.dynamic() BEGIN SET @s = 'DELETE FROM node_info'; PREPARE s FROM @s; END;
  CREATE EVENT OTHER.broken ${DAILY} CALL nothing(); CREATE EVENT OTHER.own ${DAILY} DELETE FROM node_info`

/** Runs the suite against a server. */
export function mysqlOtherPrograms (name: string, databasesOf: () => MysqlDatabases): void {
  const migrate = async (config: MysqlConfig, migrations: string = MYSQL_MIGRATIONS): Promise<MigrationReport> => {
    await using store = await MysqlStore.open({ clock: new FakeClock() }, { mysql: config, coalesceWindowMs: 0, migrations })
    return await store.migrate()
  }
  const withTables = async (sql: string): Promise<{ config: MysqlConfig, database: string, connection: Connection, other: string }> => {
    const [database, other] = [await databasesOf().make(), await databasesOf().make()]
    const connection = await databasesOf().connect(database)
    await connection.query(TABLES)
    await connection.query(sql.replaceAll('OTHER', other).replaceAll('OURS', database))

    return { config: databasesOf().configFor(database), database, connection, other }
  }

  suite(`other programs in ${name}`, () => {
    for (const [what, sql, ends] of WRITERS) {
      test(`${what} has to be ended before old tables are taken over, and then they are`, async () => {
        const { config, connection, other } = await withTables(sql)
        const expected = ends.map(end => end.replaceAll('OTHER', other))
        let programs: OtherProgram[] = []

        await assert.rejects(migrate(config), (err) => {
          assert.ok(isProbeError(err, 'PP_STORE_OTHER_PROGRAM'), String(err))
          programs = err.details['programs'] as OtherProgram[]
          assert.deepEqual(programs.map(({ retire }) => retire).sort(), expected)
          assert.deepEqual(expected.filter(end => !err.message.includes(end)), [])
          return true
        })
        assert.deepEqual((await connection.query('SELECT COUNT(*) AS n, MAX(node_id) AS id FROM node_info'))[0], [{ n: 1, id: 'QmOld' }])
        // The second form, where there is one.
        for (const { retire } of programs) {
          await connection.query(/\(or (.*)\)$/.exec(retire)?.[1] ?? retire)
        }
        assert.equal((await migrate(config)).adopted?.nodes, 1)
        await connection.end()
      })
    }

    test('what cannot write them is reported with what it is, and stops nothing', async () => {
      const { config, connection } = await withTables(HARMLESS)
      const { adopted } = await migrate(config)

      assert.deepEqual(adopted?.programs.map(({ kind, name, what, canWrite, isActive }) => [kind, name, what, canWrite, isActive]), [
        ['EVENT', '`counts`', '(ENABLED) writes none of our tables', false, true],
        ['EVENT', '`disabled`', '(DISABLED) writes node_info', true, false],
        ['TRIGGER', '`stamp`', '(BEFORE INSERT ON node_info) writes none of our tables', false, true],
        ['PROCEDURE', '`other_schema`', 'writes none of our tables', false, true],
        ['PROCEDURE', '`shows`', 'writes none of our tables', false, true]
      ])
      assert.deepEqual(adopted.unseen, [])
      await connection.end()
    })

    test('a user who may not see them gets an error with the right that is missing', async () => {
      using folder = new TempFolder()
      const { config, database, connection } = await withTables(`CREATE EVENT daily ${DAILY} ${CLEAN}`)
      const user = `blind_${database}`
      writeFileSync(folder.file('password'), 'blind-secret')
      await connection.query(`CREATE USER ${user}@'%' IDENTIFIED BY 'blind-secret';
        GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, EXECUTE ON ${database}.* TO ${user}@'%'`)
      const { adopted } = await migrate({ ...config, username: user, passwordFile: folder.file('password') })

      assert.deepEqual(adopted?.unseen, ['EVENT', 'TRIGGER'].map(privilege => `${privilege.toLowerCase()}s (GRANT ${privilege} ON \`${database}\`.* TO '${user}'@'%')`))
      await connection.end()
    })

    test('a user who has its privileges by a role, or by a pattern of names, sees all', async () => {
      using folder = new TempFolder()
      const { config, database, connection } = await withTables('SELECT 1')
      const user = `role_${database}`
      writeFileSync(folder.file('password'), 'role-secret')
      const pattern = `\`${database.replaceAll('_', '\\_').slice(0, -1)}%\``
      await connection.query(`CREATE USER ${user}@'%' IDENTIFIED BY 'role-secret'; CREATE ROLE all_of_${database};
        GRANT ALL PRIVILEGES ON ${pattern}.* TO all_of_${database}; GRANT all_of_${database} TO ${user}@'%';
        ${name === 'MariaDB' ? `SET DEFAULT ROLE all_of_${database} FOR ${user}@'%'` : `SET DEFAULT ROLE ALL TO ${user}@'%'`}`)
      const { adopted } = await migrate({ ...config, username: user, passwordFile: folder.file('password') })

      assert.deepEqual([adopted?.nodes, adopted?.unseen], [1, []])
      await connection.end()
    })

    test('an upgrade tells what writes the tables of a database that was taken over before', async () => {
      using folder = new TempFolder()
      const databases = databasesOf()
      const config = databases.configFor(await databases.make())
      cpSync(join(MYSQL_MIGRATIONS, '0001-initial.sql'), folder.file('before/0001-initial.sql'))
      await migrate(config, folder.file('before'))
      const connection = await databases.connect(config.database)
      await connection.query(`CREATE PROCEDURE clean_old_nodes() ${CLEAN}; CREATE EVENT daily ${DAILY} CALL clean_old_nodes();
        CREATE EVENT counts ${DAILY} SELECT COUNT(*) FROM visit INTO @n`)

      assert.deepEqual((await migrate(config)).writers?.map(({ name }) => name), ['`daily`', '`clean_old_nodes`'])
      assert.equal((await migrate(config)).writers, undefined)
      await connection.end()
    })
  })
}
