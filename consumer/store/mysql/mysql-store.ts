import { errorText, ProbeError } from '../../../core/errors.ts'
import { Coalescer } from '../model/coalescer.ts'
import { crawlRowOf } from '../model/crawl-row.ts'
import { foundByFrom, foundBySql } from '../model/found-by.ts'
import { toRows } from '../model/rows.ts'
import { readSessionPage, SqlSessionStore } from '../sessions/sql-session-store.ts'
import { migrateMysql, MYSQL_MIGRATIONS } from './migrator.ts'
import { PartitionGuard } from './partitions.ts'
import { purgeStep } from './purge.ts'
import { ConnectionPool } from './server/connection-pool.ts'
import { MYSQL_VALUES, onlyNumber } from './server/mysql-values.ts'
import { withNamedLock } from './server/named-lock.ts'
import { quote, withValues } from './server/sql-text.ts'
import { isReadOnlyServer } from './server/store-error.ts'
import { mysqlSessions } from './session-dialect.ts'
import { MysqlSnapshot } from './snapshot.ts'
import { writeBatch } from './write/batch-transaction.ts'
import { latestCrawls } from './write/crawl-store.ts'
import { noKnownIds, VisitIds } from './write/visit-ids.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { CrawlSpan, FoundBy } from '../model/found-by.ts'
import type { MigrationReport, NodeStore, PurgeCursor, PurgeStep, StoreBatch, StoreSnapshot, StoreSummary, WriteReport } from '../model/node-store.ts'
import type { Rows } from '../model/rows.ts'
import type { SessionKey, SessionPage, SessionStore } from '../model/session-store.ts'
import type { MysqlConnection } from './server/connection.ts'
import type { BatchRows, Written } from './write/batch-transaction.ts'
import type { KnownIds } from './write/visit-ids.ts'

const MAX_CRAWLS = 100

const PURGE_WAIT_S = 5
const SESSIONS_WAIT_S = 5

/** Counting reads whole tables. */
const SUMMARY_TIMEOUT_MS = 600_000

/** Settings of the MySQL store. */
export interface MysqlStoreOptions {
  mysql: MysqlConfig

  /** How far `address_info.last_seen` may lag, in milliseconds; 0 writes every sighting. */
  coalesceWindowMs: number

  /** Folder of the migrations. @default those of this version */
  migrations?: string
}

/** What the store remembers of a server while its connections last. */
interface Learnt {
  era: number
  partitions: PartitionGuard
  ids: KnownIds
}

// While the server executes one batch, the next is prepared, and a third waits for the server's log to reach the disk.
const CONCURRENT_WRITES = 3

/** The adapter of the {@link NodeStore} port for MySQL and MariaDB. */
export class MysqlStore implements NodeStore {
  readonly concurrentWrites: number
  readonly values = MYSQL_VALUES
  readonly #clock: Clock
  readonly #pool: ConnectionPool
  readonly #coalescer: Coalescer
  readonly #migrations: string
  #learnt: Learnt = { era: 0, partitions: new PartitionGuard(), ids: noKnownIds() }

  private constructor (clock: Clock, pool: ConnectionPool, { mysql: { maxOpenConns }, coalesceWindowMs, migrations }: MysqlStoreOptions) {
    this.#clock = clock
    this.#pool = pool
    this.concurrentWrites = Math.min(CONCURRENT_WRITES, maxOpenConns)
    this.#coalescer = new Coalescer(coalesceWindowMs)
    this.#migrations = migrations ?? MYSQL_MIGRATIONS
  }

  /**
   * Connects once, to report wrong settings at the start.
   *
   * @throws ProbeError `PP_STORE_UNAVAILABLE`, `PP_STORE_AUTH`, `PP_STORE_TLS`, `PP_STORE_DATABASE_MISSING`, `PP_STORE_GRANT_MISSING`, `PP_STORE_SERVER`
   */
  static async open ({ clock }: { clock: Clock }, options: MysqlStoreOptions): Promise<MysqlStore> {
    const pool = new ConnectionPool({ clock }, options.mysql)

    try {
      await pool.use(async connection => await connection.query('SELECT 1'))
    } catch (err) {
      // Later a read-only server is a replaced primary, an outage that ends; at the start it is the wrong server.
      throw isReadOnlyServer(err) ? new ProbeError('PP_STORE_SERVER', errorText(err), { cause: err }) : err
    }

    return new MysqlStore(clock, pool, options)
  }

  async migrate (): Promise<MigrationReport> {
    return await this.#pool.use(async connection => await migrateMysql(connection, this.#migrations, this.#clock.now()))
  }

  async write ({ visits, crawls }: StoreBatch): Promise<WriteReport> {
    // After a failover the coalescer must forget what was written before `toRows` uses it.
    this.#learntOf(this.#pool.era)
    const batch = { visits: toRows(visits, this.#coalescer), crawls: crawls.map(crawlRowOf) }
    const rows = await this.#pool.use(async connection => await this.#writeRows(connection, batch))
    this.#coalescer.wrote(batch.visits.addresses)

    return { rows, coalesced: batch.visits.coalesced, cuts: batch.visits.cuts }
  }

  async purge (beforeMs: number, cursor?: PurgeCursor): Promise<PurgeStep> {
    const step = await this.#pool.use(async connection =>
      await withNamedLock(connection, 'purge', PURGE_WAIT_S, async () => await purgeStep(connection, { beforeMs, nowMs: this.#clock.now() }, cursor)))

    if (step.removed > 0) {
      this.#coalescer.forget()
    }

    return step
  }

  async summary (): Promise<StoreSummary> {
    const tables = ['node_info', 'address_info', 'visit', 'crawl']
    const [nodes, addresses, visits, crawls, networks, version] = await this.#pool.use(async connection => await connection.run([
      ...tables.map(table => `SELECT COUNT(*) FROM ${table}`),
      'SELECT network, COUNT(*) FROM node_network GROUP BY network ORDER BY network',
      'SELECT COALESCE(MAX(version), 0) FROM schema_migration'
    ], SUMMARY_TIMEOUT_MS))

    return {
      nodes: onlyNumber(nodes, 'COUNT(*)'),
      addresses: onlyNumber(addresses, 'COUNT(*)'),
      visits: onlyNumber(visits, 'COUNT(*)'),
      crawls: onlyNumber(crawls, 'COUNT(*)'),
      networks: networks?.rows.map(([network, met]) => ({ network: MYSQL_VALUES.text(network, 'network'), nodes: MYSQL_VALUES.number(met, 'COUNT(*)') })) ?? [],
      schemaVersion: onlyNumber(version, 'version')
    }
  }

  async crawls (scan: string, limit: number): Promise<Crawl[]> {
    return await this.#pool.use(async connection => await latestCrawls(connection, scan, Math.min(limit, MAX_CRAWLS)))
  }

  async foundBy (scan: string, span: CrawlSpan): Promise<FoundBy> {
    return await this.#pool.use(async connection => foundByFrom((await connection.query(foundBySql(quote(scan), span))).rows[0] ?? [], MYSQL_VALUES))
  }

  async deriveSessions<T> (work: (sessions: SessionStore) => Promise<T>): Promise<T> {
    return await this.#pool.use(async connection =>
      await withNamedLock(connection, 'sessions', SESSIONS_WAIT_S, async () => await work(new SqlSessionStore(mysqlSessions(connection)))))
  }

  async sessions (after: SessionKey | undefined, limit: number): Promise<SessionPage> {
    return await this.#pool.use(async connection => await readSessionPage(mysqlSessions(connection), after, limit))
  }

  async snapshot (): Promise<StoreSnapshot> {
    return await MysqlSnapshot.open(this.#pool)
  }

  async query (select: string, values: readonly (string | number)[]): Promise<readonly (readonly unknown[])[]> {
    return await this.#pool.use(async connection => (await connection.query(withValues(select, values), SUMMARY_TIMEOUT_MS)).rows)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }

  async #writeRows (connection: MysqlConnection, batch: BatchRows): Promise<Written> {
    const nowMs = this.#clock.now()
    const learnt = this.#learntOf(this.#pool.eraOf(connection))
    await coverCrawls(learnt.partitions, connection, batch.visits, nowMs)
    const ids = new VisitIds(learnt.ids)
    const written = await connection.inTransaction(async () => await writeBatch(connection, batch, ids, nowMs))
    ids.committed()

    return written
  }

  // A new primary may lack the last transactions of the old one, and assign their numbers to other texts.
  #learntOf (era: number): Learnt {
    if (era === this.#learnt.era) {
      return this.#learnt
    }

    const nothing = { era, partitions: new PartitionGuard(), ids: noKnownIds() }

    if (era > this.#learnt.era) {
      this.#learnt = nothing
      this.#coalescer.forget()
    }

    return nothing
  }
}

async function coverCrawls (partitions: PartitionGuard, connection: MysqlConnection, { visits }: Rows, nowMs: number): Promise<void> {
  const latest = visits.at(-1)

  if (latest !== undefined) {
    await partitions.cover(connection, latest.crawlId, nowMs)
  }
}
