// What becomes of a database that a program before this one left: its rows, and its tables when something
// goes wrong at any step.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { migrateMysql, MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { MysqlConnection } from '../../../consumer/store/mysql/server/connection.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { PEERS, visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { connectionThatDies } from './dying-connection.ts'
import { ADDRESSES, LEFT_OVER, NODES, PREDECESSOR } from './predecessor-tables.ts'
import type { MigrationReport } from '../../../consumer/store/model/node-store.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import type { Connection } from 'mysql2/promise'

const NOW_MS = Date.UTC(2026, 0, 1)

const SET_ASIDE = 'RENAME TABLE node_info TO predecessor_node_info, address_info TO predecessor_address_info'

// The form of a table, without what is counted and without the days of its history.
const formOf = async (connection: Connection, table: string): Promise<string> => {
  const [[row]] = await connection.query(`SHOW CREATE TABLE ${table}`) as unknown as [Record<string, string>[]]

  return (row!['Create Table'] ?? row!['Create View']!).replace(/ AUTO_INCREMENT=\d+|\(PARTITION [^]*$/g, '')
}

/** Runs the suite against a server. */
export function mysqlAdoption (name: string, databasesOf: () => MysqlDatabases): void {
  const migrate = async (database: string): Promise<MigrationReport> => {
    await using store = await MysqlStore.open({ clock: new FakeClock() }, { mysql: databasesOf().configFor(database), coalesceWindowMs: 0 })
    return await store.migrate()
  }
  const withPredecessor = async (sql = PREDECESSOR): Promise<{ database: string, connection: Connection }> => {
    const database = await databasesOf().make()
    const connection = await databasesOf().connect(database)
    await connection.query(`SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'; ${sql}`)

    return { database, connection }
  }
  const tablesIn = async (connection: Connection): Promise<string[]> =>
    (await connection.query('SHOW TABLES') as unknown as [Record<string, string>[]])[0].map(row => Object.values(row)[0]!)

  suite(`adoption of ${name}`, () => {
    for (const [state, sql] of Object.entries({
      'as they were': '',
      'set aside by a version before': SET_ASIDE,
      'beside ours, as a version before left them that could not copy': `${SET_ASIDE}; ${LEFT_OVER}`
    })) {
      test(`takes over old tables ${state}: what cannot be used is counted, the rest is copied`, async () => {
        const { database, connection } = await withPredecessor(`${PREDECESSOR}; ${sql}`)
        const { adopted } = await migrate(database)

        assert.deepEqual(adopted, {
          nodes: 3,
          nodesWithoutId: 3,
          nodesWithoutTime: 6,
          duplicateNodes: 1,
          nodesWithCutTexts: 1,
          addresses: 3,
          duplicateAddresses: 2,
          orphanAddresses: 2,
          refusedAddresses: 5,
          addressesWithoutTime: 2,
          programs: [],
          unseen: [],
          keptTables: ['adopted_node_info', 'adopted_address_info']
        })
        assert.deepEqual(await migrate(database), { applied: [] })
        assert.deepEqual((await connection.query(NODES))[0], [
          { node_id: PEERS[0], agent_version: 'kubo/0.20.0', protocol_version: 'ipfs/0.1.0', discovery_type: 'active', latency: 42, last_seen: '2025-12-01 10:00:00.000', first_seen: '2025-11-01 10:00:00.000', identified_at: '2025-12-01 10:00:00.000', last_outcome: 'identified' },
          { node_id: PEERS[1], agent_version: null, protocol_version: null, discovery_type: 'active', latency: null, last_seen: '2025-12-02 10:00:00.000', first_seen: '2025-12-02 10:00:00.000', identified_at: null, last_outcome: 'connected' },
          { node_id: 'QmLong', agent_version: 'ü'.repeat(255), protocol_version: 'x\u{fffd}y', discovery_type: 'active', latency: null, last_seen: '2024-02-29 23:59:59.000', first_seen: '2024-02-29 23:59:59.000', identified_at: '2024-02-29 23:59:59.000', last_outcome: 'identified' }
        ])
        assert.deepEqual((await connection.query(ADDRESSES))[0], [
          { node_id: PEERS[0], multiaddr: '/ip4/192.0.2.1/tcp/4001', last_seen: '2025-12-01 10:00:00.000', fits: 1 },
          { node_id: PEERS[1], multiaddr: '/dns4/ä.example/tcp/1', last_seen: '2025-12-02 10:00:00.000', fits: 1 },
          { node_id: PEERS[1], multiaddr: '/ip4/192.0.2.7/tcp/1', last_seen: '2025-12-02 10:00:00.000', fits: 1 }
        ])
        assert.deepEqual((await connection.query('SELECT (SELECT COUNT(*) FROM adopted_node_info) AS nodes, (SELECT COUNT(*) FROM adopted_address_info) AS addresses'))[0], [{ nodes: 13, addresses: 12 }])

        // A peer that was taken over is met again: its row and its address are those that are there.
        await using store = await MysqlStore.open({ clock: new FakeClock() }, { mysql: databasesOf().configFor(database), coalesceWindowMs: 0 })
        const { rows } = await store.write({ visits: [visitOf({ identify: { agentVersion: 'kubo/0.30.0', protocols: [], listenAddresses: ['/ip4/192.0.2.1/tcp/4001'] } })], crawls: [] })
        assert.deepEqual([rows.node_info, rows.address_info, (await store.summary()).addresses], [1, 1, 3])
        await connection.end()
      })
    }

    test('leaves every table in the form that a new database has', async () => {
      const { database, connection } = await withPredecessor()
      await migrate(database)
      await using fresh = await databasesOf().open()
      const other = await databasesOf().connect(fresh.database)
      const tables = (await tablesIn(connection)).filter(table => !table.startsWith('adopted_'))

      assert.deepEqual(tables, await tablesIn(other))
      for (const table of tables) {
        assert.equal((await formOf(connection, table)).replaceAll(database, ''), (await formOf(other, table)).replaceAll(fresh.database, ''))
      }
      await connection.end()
      await other.end()
    })

    for (const [kind, column, values] of [
      ['seconds', 'BIGINT', ['1764583200', '0', '-5']],
      ['milliseconds', 'DOUBLE', ['1764583200000', '1e300', '20251201100000']],
      ['texts', 'VARCHAR(40) CHARACTER SET ucs2', ['2025-12-01T10:00:00Z', 'yesterday', '2025-13-01 00:00:00']],
      ['bytes', 'VARBINARY(40)', ['2025-12-01 10:00', '\\xff', '2025-12-01 25:00']],
      ['days', 'DATE', ['2025-12-01', '0000-00-00', '2025-11-31']]
    ] as const) {
      test(`takes times that are ${kind}, where they are times`, async () => {
        const rows = values.map((value, i) => `('Qm${String(i)}', '${value}')`)
        const { database, connection } = await withPredecessor(`CREATE TABLE node_info (node_id VARBINARY(90), last_seen ${column});
          INSERT INTO node_info VALUES ${rows.join()}`)
        const { adopted } = await migrate(database)

        assert.deepEqual([adopted?.nodes, adopted?.nodesWithoutTime, adopted?.keptTables], [1, 2, ['adopted_node_info']])
        assert.deepEqual((await connection.query('SELECT node_id, last_seen FROM node_info'))[0], [{ node_id: 'Qm0', last_seen: kind === 'days' ? '2025-12-01 00:00:00.000' : '2025-12-01 10:00:00.000' }])
        await connection.end()
      })
    }

    test('whatever moment it is killed at, the old tables stand or ours are whole, and the next run completes it', async (context) => {
      const mysql = (database: string): Parameters<typeof MysqlConnection.open>[1] => databasesOf().configFor(database)
      const expected = await withPredecessor()
      await migrate(expected.database)
      const [nodes] = await expected.connection.query(NODES)
      const [addresses] = await expected.connection.query(ADDRESSES)
      await expected.connection.end()
      let steps = 0

      for (let isOver = false; !isOver; steps++) {
        const { database, connection } = await withPredecessor()
        {
          await using live = await MysqlConnection.open(systemClock, mysql(database))
          const dying = connectionThatDies(live, { before: steps })
          await assert.rejects(migrateMysql(dying, MYSQL_MIGRATIONS, NOW_MS), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))
          isOver = dying.statements.some(sql => sql.startsWith('RENAME TABLE')) && dying.statements.length > steps
        }

        const tables = await tablesIn(connection)
        const isAdopted = tables.includes('adopted_node_info')
        assert.equal((await connection.query('SELECT COUNT(*) AS n FROM node_info') as unknown as [{ n: number }[]])[0][0]!.n, isAdopted ? 3 : 13)
        await migrate(database)
        assert.deepEqual((await connection.query(NODES))[0], nodes)
        assert.deepEqual((await connection.query(ADDRESSES))[0], addresses)
        assert.deepEqual((await tablesIn(connection)).filter(table => /^(adopt|predecessor)/.test(table)), ['adopted_address_info', 'adopted_node_info'])
        await connection.end()
        isOver ||= isAdopted
      }
      context.diagnostic(`killed at ${String(steps)} moments`)
      assert.ok(steps > 10)
    })

    for (const [what, sql, code] of [
      ['the old program writes meanwhile', 'INSERT INTO node_info (node_id, last_seen) VALUES (\'QmLate\', NOW())', 'PP_STORE_CONFLICT'],
      ['a table is gone meanwhile', 'DROP TABLE address_info', 'PP_STORE_SCHEMA']
    ] as const) {
      test(`undoes what it did when ${what}`, async () => {
        const { database, connection } = await withPredecessor()
        await using live = await MysqlConnection.open(systemClock, databasesOf().configFor(database))
        const meddled = connectionThatDies(live, {
          onStatement: async (statement) => {
            if (statement.startsWith('INSERT INTO adopting_node_info')) {
              await connection.query(sql)
            }
          }
        })
        const before = await tablesIn(connection)

        await assert.rejects(migrateMysql(meddled, MYSQL_MIGRATIONS, NOW_MS), err => isProbeError(err, code))
        assert.deepEqual((await tablesIn(connection)).filter(table => table !== 'schema_migration'), before.filter(table => !sql.includes(`DROP TABLE ${table}`)))
        assert.deepEqual((await live.query('SELECT @@SESSION.sql_mode LIKE \'%STRICT_ALL_TABLES%\'')).rows, [[1]])
        await connection.end()
      })
    }

    for (const [what, sql, message] of [
      ['lack columns', 'CREATE TABLE node_info (serial INT)', /lacks node_id and last_seen/],
      ['are views', 'CREATE TABLE other (node_id INT, last_seen INT); CREATE VIEW node_info AS SELECT * FROM other', /node_info is a view/],
      ['stand beside tables of our names', `${PREDECESSOR}; CREATE TABLE crawl (id INT); CREATE TABLE peer (id INT)`, /the database has crawl, peer already/],
      ['have been kept before', `${PREDECESSOR}; CREATE TABLE adopted_node_info (id INT)`, /adopted_node_info, exists already/],
      ['were recreated', `${PREDECESSOR}; ${SET_ASIDE}; CREATE TABLE node_info (node_id INT, last_seen INT)`, /node_info was set aside as predecessor_node_info and exists again/]
    ] as const) {
      test(`refuses old tables that ${what}, and changes nothing`, async () => {
        const { database, connection } = await withPredecessor(sql)
        const before = await tablesIn(connection)

        await assert.rejects(migrate(database), err => isProbeError(err, 'PP_STORE_SCHEMA') && message.test(err.message))
        assert.deepEqual((await tablesIn(connection)).filter(table => table !== 'schema_migration'), before)
        await connection.end()
      })
    }
  })
}
