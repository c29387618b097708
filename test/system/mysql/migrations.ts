// How a schema comes to be: from nothing, from two processes at once, from halfway, and from the
// tables of a program before this one.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { PEERS, visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { MigrationReport } from '../../../consumer/store/node-store.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'

const PROCESS = fileURLToPath(new URL('../../support/consumer/migrate-process.ts', import.meta.url))

const PREDECESSOR = `
CREATE TABLE node_info (
  node_id VARCHAR(255) NOT NULL PRIMARY KEY, protocol_version VARCHAR(255), agent_version VARCHAR(512),
  discovery_type VARCHAR(50), latency DOUBLE, last_seen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE address_info (
  id INT AUTO_INCREMENT PRIMARY KEY, node_id VARCHAR(255), multiaddr VARCHAR(2000), last_seen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, KEY (node_id));
INSERT INTO node_info VALUES
  ('${PEERS[0]}', 'ipfs/0.1.0', 'kubo/0.20.0', 'active', 41.6, '2025-12-01 10:00:00'),
  ('${PEERS[1]}', NULL, NULL, NULL, -1, '2025-12-02 10:00:00'),
  ('not a peer', NULL, NULL, 'active', NULL, '2025-12-03 10:00:00');
INSERT INTO address_info (node_id, multiaddr, last_seen) VALUES
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001', '2025-12-01 09:00:00'),
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001', '2025-12-01 10:00:00'),
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001/p2p/${PEERS[0]}', '2025-12-01 08:00:00'),
  ('${PEERS[1]}', '/dns4/ä.example/tcp/1', '2025-12-02 10:00:00'),
  ('${PEERS[2]}', '/ip4/192.0.2.3/tcp/4001', '2025-12-02 10:00:00');
CREATE EVENT clean_up ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM node_info WHERE last_seen < NOW() - INTERVAL 7 DAY`

const NODES = 'SELECT node_id, agent_version, discovery_type, latency, last_seen, first_seen, identified_at, last_outcome FROM node_info ORDER BY node_id'
const ADDRESSES = 'SELECT node_id, multiaddr, last_seen, LOWER(HEX(addr_hash)) = LEFT(SHA2(multiaddr, 256), 32) AS fits FROM address_info ORDER BY node_id'

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

      assert.deepEqual(reports.flatMap(({ applied }) => applied), [1])
    })

    test('a migration that was interrupted is completed by the next run', async () => {
      const databases = databasesOf()
      const database = await databases.make()
      const sql = readFileSync(join(MYSQL_MIGRATIONS, '0001-initial.sql'), 'utf8')
      const connection = await databases.connect(database)
      await connection.query(sql.slice(0, sql.indexOf('CREATE TABLE IF NOT EXISTS crawl ')))
      await connection.end()
      await using store = await open(database)

      assert.deepEqual(await store.migrate(), { applied: [1] })
      assert.equal((await store.write({ visits: [visitOf()], crawls: [] })).rows.visit, 1)
    })

    test('new migrations are applied once; a newer database and an edited migration are refused', async () => {
      using folder = new TempFolder()
      const newer = folder.file('newer')
      cpSync(MYSQL_MIGRATIONS, newer, { recursive: true })
      writeFileSync(join(newer, '0002-extra.sql'), 'CREATE TABLE IF NOT EXISTS extra (id INT)')
      const database = await databasesOf().make()
      const migrate = async (migrations?: string): Promise<readonly number[]> => {
        await using store = await open(database, migrations)
        return (await store.migrate()).applied
      }

      assert.deepEqual(await migrate(), [1])
      assert.deepEqual(await migrate(newer), [2])
      assert.deepEqual(await migrate(newer), [])
      await assert.rejects(migrate(), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('newer'))
      writeFileSync(join(newer, '0002-extra.sql'), 'CREATE TABLE IF NOT EXISTS extra (id INT, more INT)')
      await assert.rejects(migrate(newer), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('2 (extra)'))
    })

    for (const interrupted of [false, true]) {
      test(`takes over the data of a predecessor${interrupted ? ', also when the first try was interrupted' : ''}`, async () => {
        const databases = databasesOf()
        const database = await databases.make()
        const connection = await databases.connect(database)
        await connection.query(`SET time_zone = '+00:00'; ${PREDECESSOR}`)
        if (interrupted) {
          await connection.query('RENAME TABLE node_info TO predecessor_node_info, address_info TO predecessor_address_info')
        }
        await using store = await open(database)

        assert.deepEqual(await store.migrate(), {
          applied: [1],
          adopted: {
            nodes: 2,
            refusedNodes: 1,
            addresses: 2,
            duplicateAddresses: 2,
            orphanAddresses: 1,
            events: ['clean_up'],
            keptTables: ['adopted_node_info', 'adopted_address_info']
          }
        })
        assert.deepEqual(await store.migrate(), { applied: [] })

        const [nodes] = await connection.query(NODES)
        const [addresses] = await connection.query(ADDRESSES)
        assert.deepEqual(nodes, [
          { node_id: PEERS[0], agent_version: 'kubo/0.20.0', discovery_type: 'active', latency: 42, last_seen: '2025-12-01 10:00:00.000', first_seen: '2025-12-01 10:00:00.000', identified_at: '2025-12-01 10:00:00.000', last_outcome: 'identified' },
          { node_id: PEERS[1], agent_version: null, discovery_type: 'active', latency: null, last_seen: '2025-12-02 10:00:00.000', first_seen: '2025-12-02 10:00:00.000', identified_at: null, last_outcome: 'connected' }
        ])
        assert.deepEqual(addresses, [
          { node_id: PEERS[0], multiaddr: '/ip4/192.0.2.1/tcp/4001', last_seen: '2025-12-01 10:00:00.000', fits: 1 },
          { node_id: PEERS[1], multiaddr: '/dns4/ä.example/tcp/1', last_seen: '2025-12-02 10:00:00.000', fits: 1 }
        ])

        // A peer that was taken over is met again: its row and its address are those that are there.
        const { rows } = await store.write({ visits: [visitOf({ identify: { agentVersion: 'kubo/0.30.0', protocols: [], listenAddresses: ['/ip4/192.0.2.1/tcp/4001'] } })], crawls: [] })
        assert.deepEqual([rows.node_info, rows.address_info, (await store.summary()).addresses], [1, 1, 2])
        await connection.end()
      })
    }

    test('tables of the same names that are something else are refused and left alone', async () => {
      const databases = databasesOf()
      const database = await databases.make()
      const connection = await databases.connect(database)
      await connection.query('CREATE TABLE node_info (serial INT)')
      await using store = await open(database)

      await assert.rejects(store.migrate(), err => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.includes('lacks node_id and last_seen'))
      assert.deepEqual((await connection.query('SHOW TABLES LIKE \'node_info\''))[0], [{ [`Tables_in_${database} (node_info)`]: 'node_info' }])
      await connection.end()
    })
  })
}
