// A failover of the database as a consumer sees it: the host name moves to the new primary, the old one stays up and takes no writes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { MysqlStore } from '../../consumer/store/mysql/mysql-store.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { PEERS, visitOf } from '../support/consumer/messages.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'
import type { RowDataPacket } from 'mysql2/promise'
import type { AddressInfo } from 'node:net'

const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]

const CONNECTIONS = 4
const batch = { visits: [visitOf()], crawls: [] }
const DATABASE = 'nodes'

/** A primary with the database and a user for it. */
async function primaryOf (kind: SqlServerKind, stack: AsyncDisposableStack): Promise<MysqlDatabases> {
  const server = stack.use(await SqlServer.open(kind))
  const databases = stack.use(new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }))
  await databases.execute(`CREATE DATABASE ${DATABASE}; CREATE USER plain@'%' IDENTIFIED BY ''; GRANT ALL PRIVILEGES ON ${DATABASE}.* TO plain@'%'`)
  await using store = await open(databases.configFor(DATABASE, { username: 'plain' }))
  await store.migrate()

  return databases
}

async function open (config: MysqlConfig): Promise<MysqlStore> {
  return await MysqlStore.open({ clock: systemClock }, { mysql: config, coalesceWindowMs: 600_000 })
}

async function writeTo (databases: MysqlDatabases, visit: Visit): Promise<void> {
  await using store = await open(databases.configFor(DATABASE, { username: 'plain' }))
  await store.write({ visits: [visit], crawls: [] })
}

async function rowsOf (databases: MysqlDatabases, sql: string): Promise<unknown[]> {
  const connection = await databases.connect(DATABASE)
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  await connection.end()

  return rows.map(row => ({ ...row }))
}

/** An address that leads new connections to whatever server it was moved to last; those that stand stay where they are. */
class MovingAddress implements AsyncDisposable {
  port = 0
  target = 0
  readonly #server = createServer((socket) => {
    const onward = connect(this.target, '127.0.0.1')
    socket.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => socket.destroy()).pipe(socket)
  })

  static async open (target: number): Promise<MovingAddress> {
    const address = new MovingAddress()
    address.target = target
    address.#server.listen(0, '127.0.0.1')
    await once(address.#server, 'listening')
    address.port = (address.#server.address() as AddressInfo).port

    return address
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }
}

for (const { name, found, kindOf } of SERVERS) {
  suite(`failover of ${name}`, 'missing' in found ? { skip: found.missing } : {}, () => {
    test('costs one failed write: every other connection to the old primary goes with the one that met it', async () => {
      await using stack = new AsyncDisposableStack()
      const kind = kindOf('at' in found ? found.at : '')
      const [old, fresh] = await Promise.all([primaryOf(kind, stack), primaryOf(kind, stack)])
      const address = stack.use(await MovingAddress.open(old.server.port))
      await using store = await open(old.configFor(DATABASE, { username: 'plain', port: address.port, maxOpenConns: CONNECTIONS, maxIdleConns: CONNECTIONS }))
      await Promise.all(Array.from({ length: CONNECTIONS }, async () => await store.summary()))
      await store.write(batch)
      // Replication was behind: the new primary never heard of these rows, and gave their numbers to others.
      await writeTo(fresh, visitOf({ nodeId: PEERS[1], scan: 'other/probe/main', outcome: 'identified', identify: { agentVersion: 'other/1', protocols: ['/other/1'], listenAddresses: [] } }))
      await old.execute('SET GLOBAL read_only = 1')

      // The name has not moved yet: an outage that passes, not a wrong configuration.
      for (let attempt = 1; attempt <= 2; attempt++) {
        await assert.rejects(store.write(batch), err => isProbeError(err, 'PP_STORE_UNAVAILABLE') && /read.only.*the primary/.test(err.message))
      }

      address.target = fresh.server.port
      assert.deepEqual((await store.write(batch)).rows, { visit: 1, node_info: 1, node_network: 1, address_info: 2, crawl: 0 })
      assert.deepEqual(await rowsOf(fresh, `SELECT node_id, outcome, agent_version, protocols FROM visit_detail WHERE node_id = '${PEERS[0]}'`), [
        { node_id: PEERS[0], outcome: 'ok', agent_version: 'kubo/0.30.0', protocols: '["/ipfs/id/1.0.0","/ipfs/kad/1.0.0"]' }
      ])
      await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
        assert.equal((await store.summary()).nodes, 2)
      }))
    })

    test('is met at the start as a wrong server', async () => {
      await using stack = new AsyncDisposableStack()
      const old = await primaryOf(kindOf('at' in found ? found.at : ''), stack)
      await old.execute('SET GLOBAL read_only = 1')

      await assert.rejects(open(old.configFor(DATABASE, { username: 'plain' })), err => isProbeError(err, 'PP_STORE_SERVER') && /read.only/.test(err.message))
    })
  })
}
