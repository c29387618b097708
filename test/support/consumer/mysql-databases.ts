// Databases on a real server for the store's tests. Making one costs half a second, so each is
// emptied and lent again.
import { writeFileSync } from 'node:fs'
import { createConnection } from 'mysql2/promise'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { defined } from '../../../core/defined.ts'
import { FakeClock } from '../fake-clock.ts'
import { TempFolder } from '../temp-folder.ts'
import { CRAWL_ID } from './messages.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'
import type { Row, StoreFixture, StoreFixtureOptions } from '../../consumer/store/node-store-fixture.ts'
import type { Connection } from 'mysql2/promise'

/** A server that runs, with a user that may do everything. */
export interface SqlAccount {
  host: string
  port: number
  username: string
  password: string
}

const TABLES = [
  'session',
  'session_change',
  'visit_change',
  'session_scan',
  'node_network',
  'address_info',
  'node_info',
  'crawl_aggregate',
  'crawl',
  'visit',
  ...['word', 'scan', 'peer', 'agent', 'connection', 'address', 'detail', 'address_set', 'protocol_set', 'place']
]

// The stores' clock stands after all crawls of the tests, and within reach of none that is too far ahead.
const NOW_MS = (CRAWL_ID + 30 * 86_400) * 1_000

/** Databases of one server. */
export class MysqlDatabases implements AsyncDisposable {
  readonly server: SqlAccount
  readonly #folder = new TempFolder()
  readonly #free: { database: string, connection: Connection }[] = []
  readonly #made: string[] = []

  constructor (server: SqlAccount) {
    this.server = server
    writeFileSync(this.passwordFile, `${server.password}\n`)
  }

  get passwordFile (): string {
    return this.#folder.file('password')
  }

  /** How the store connects to a database of this server, which is on this machine: its key may be trusted without TLS. */
  configFor (database: string, overrides: Partial<MysqlConfig> = {}): MysqlConfig {
    const { host, port, username } = this.server

    return { host, port, username, database, passwordFile: this.passwordFile, allowPublicKeyRetrieval: true, maxOpenConns: 4, maxIdleConns: 4, ...overrides }
  }

  /** A connection past the store, which sees values as the conformance suite wants them. */
  async connect (database?: string): Promise<Connection> {
    const { host, port, username, password } = this.server

    return await createConnection({ host, port, user: username, password, ...defined({ database }), dateStrings: true, decimalNumbers: true, timezone: 'Z', flags: ['-IGNORE_SPACE'], multipleStatements: true })
  }

  /** Runs statements as the user that may do everything. */
  async execute (sql: string): Promise<void> {
    const root = await this.connect()
    await root.query(sql)
    await root.end()
  }

  /** The server was started again: connections to it are gone. */
  async reconnect (): Promise<void> {
    for (const free of this.#free) {
      free.connection.destroy()
      free.connection = await this.connect(free.database)
    }
  }

  /** Makes an empty database; it is dropped at the end. */
  async make (): Promise<string> {
    const database = `pp_${process.pid.toString(36)}_${String(this.#made.length)}_${Math.random().toString(36).slice(2, 8)}`
    await this.execute(`CREATE DATABASE ${database}`)
    this.#made.push(database)

    return database
  }

  /** An empty store for one test. */
  async open ({ coalesceWindowMs = 0 }: StoreFixtureOptions = {}): Promise<StoreFixture & { database: string }> {
    const { database, connection } = this.#free.pop() ?? await this.#prepare()
    const clock = new FakeClock(NOW_MS)
    const another = async (): Promise<MysqlStore> => await MysqlStore.open({ clock }, { mysql: this.configFor(database), coalesceWindowMs })
    const store = await another()

    return {
      database,
      clock,
      store,
      another,
      query: async (sql) => {
        const [rows] = await connection.query(sql)
        return rows as Row[]
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]()
        await connection.query(`${TABLES.map(table => `DELETE FROM ${table}`).join('; ')}; UPDATE removal_mark SET day = 0; UPDATE session_state SET generation = 0, edge_crawl_id = 0, rules = 0`)
        this.#free.push({ database, connection })
      }
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    for (const { connection } of this.#free) {
      await connection.end()
    }
    const root = await this.connect()
    for (const database of this.#made) {
      await root.query(`DROP DATABASE IF EXISTS ${database}`)
    }
    await root.end()
    this.#folder[Symbol.dispose]()
  }

  async #prepare (): Promise<{ database: string, connection: Connection }> {
    const database = await this.make()
    await using store = await MysqlStore.open({ clock: new FakeClock(NOW_MS) }, { mysql: this.configFor(database), coalesceWindowMs: 0 })
    await store.migrate()
    const connection = await this.connect(database)
    await connection.query('SET time_zone = \'+00:00\'')

    return { database, connection }
  }
}
