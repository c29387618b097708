// The store of one machine. node:sqlite is synchronous: a batch of 500 messages blocks the event loop
// for 20 to 40 ms. So no method does more than one batch, page or step.
import { fileURLToPath } from 'node:url'
import { defined } from '../../../core/defined.ts'
import { inTransaction, openDatabase } from '../../../core/files/sqlite.ts'
import { numberAt, SQLITE_VALUES, textAt } from '../../../core/rows/sqlite-row.ts'
import { pendingMigrations, readMigrations } from '../migrations/migrations.ts'
import { Coalescer } from '../model/coalescer.ts'
import { crawlRowOf } from '../model/crawl-row.ts'
import { foundByFrom, foundBySql } from '../model/found-by.ts'
import { toRows } from '../model/rows.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { visitChangesOf } from '../model/visit-changes.ts'
import { changedCrawlsOf } from '../sessions/changed-crawls.ts'
import { readSessionPage, SqlSessionStore } from '../sessions/sql-session-store.ts'
import { CrawlStore } from './crawl-store.ts'
import { refuseForeign, reusableBytes } from './database-file.ts'
import { NodeWriter } from './node-writer.ts'
import { purgeStep } from './purge.ts'
import { markChanged, sqliteSessions } from './session-dialect.ts'
import { SqliteSnapshot } from './snapshot.ts'
import { asStoreError } from './store-error.ts'
import { VisitChangeWriter } from './visit-change-writer.ts'
import { VisitWriter } from './visit-writer.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { CrawlRow } from '../model/crawl-row.ts'
import type { CrawlSpan, FoundBy } from '../model/found-by.ts'
import type { MigrationReport, NodeStore, OpenStoreDeps, PurgeCursor, PurgeStep, StoreBatch, StoreSummary, WriteReport } from '../model/node-store.ts'
import type { Rows } from '../model/rows.ts'
import type { SessionKey, SessionPage, SessionStore } from '../model/session-store.ts'
import type { SessionDialect } from '../sessions/session-dialect.ts'
import type { DatabaseSync } from 'node:sqlite'

// Longer than a batch of another consumer takes, shorter than the heartbeats of this one allow.
const BUSY_TIMEOUT_MS = 500

const MAX_CRAWLS = 100

/** Settings of the SQLite store. */
export interface SqliteStoreOptions {
  /** File of the database; its folder must exist. */
  path: string

  /** How far `address_info.last_seen` may lag, in milliseconds; 0 writes every sighting. */
  coalesceWindowMs: number

  /** Folder of the migrations. @default those of this version */
  migrations?: string

  /** Opens an existing file to read it; nothing in it can be changed. @default false */
  readOnly?: boolean
}

interface Writers { visits: VisitWriter, changes: VisitChangeWriter, nodes: NodeWriter, crawls: CrawlStore }

/** The SQLite adapter of the {@link NodeStore} port. */
export class SqliteStore implements NodeStore {
  // A file has one writer.
  readonly concurrentWrites = 1
  readonly values = SQLITE_VALUES

  readonly #clock: Clock
  readonly #requireRoom: OpenStoreDeps['requireRoom']
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #migrations: string
  readonly #coalescer: Coalescer
  #writers: Writers | undefined
  #epoch: number | undefined

  private constructor ({ clock, requireRoom }: { clock: Clock, requireRoom: OpenStoreDeps['requireRoom'] }, database: DatabaseSync, { path, coalesceWindowMs, migrations }: SqliteStoreOptions) {
    this.#clock = clock
    this.#requireRoom = requireRoom
    this.#database = database
    this.#path = path
    this.#coalescer = new Coalescer(coalesceWindowMs)
    this.#migrations = migrations ?? fileURLToPath(new URL('../migrations/sqlite', import.meta.url))
  }

  /** Opens or makes the file. @throws ProbeError `PP_FILE_UNUSABLE`, `PP_STORE_UNAVAILABLE` */
  static async open ({ clock, requireRoom }: OpenStoreDeps, options: SqliteStoreOptions): Promise<SqliteStore> {
    return await Promise.try(() => {
      try {
        const database = openDatabase(options.path, { busyTimeoutMs: BUSY_TIMEOUT_MS, ...defined({ readOnly: options.readOnly }) })

        return new SqliteStore({ clock, requireRoom }, database, options)
      } catch (err) {
        throw asStoreError(err, options.path)
      }
    })
  }

  async migrate (): Promise<MigrationReport> {
    return await this.#run(() => {
      // One transaction for all migrations: a second process waits here and then finds nothing to do.
      return inTransaction(this.#database, () => {
        refuseForeign(this.#database, this.#path)
        this.#database.exec('CREATE TABLE IF NOT EXISTS schema_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT')
        const applied = this.#database.prepare('SELECT version, name, checksum FROM schema_migration ORDER BY version').all()
          .map(row => ({ version: numberAt(row, 'version'), name: textAt(row, 'name'), checksum: textAt(row, 'checksum') }))
        const pending = pendingMigrations(readMigrations(this.#migrations), applied)

        for (const { version, name, sql, checksum } of pending) {
          this.#database.exec(sql)
          this.#database.prepare('INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)').run(version, name, checksum, storeTimeOf(this.#clock.now()))
        }

        return { applied: pending.map(({ version }) => version) }
      })
    })
  }

  async write ({ visits, crawls }: StoreBatch): Promise<WriteReport> {
    return await this.#run(() => {
      this.#requireRoom?.(() => reusableBytes(this.#database))
      const rows = toRows(visits, this.#coalescer)
      const crawlRows = crawls.map(crawlRowOf)

      try {
        const written = inTransaction(this.#database, () => ({
          ...this.#writeRows(rows),
          crawl: crawlRows.reduce((sum, row) => sum + this.#writeCrawl(row), 0)
        }))
        this.#coalescer.wrote(rows.addresses)

        return { rows: written, coalesced: rows.coalesced, cuts: rows.cuts }
      } catch (err) {
        // Ids of a transaction that was rolled back do not exist.
        this.#writers?.visits.forget()
        throw err
      }
    })
  }

  async purge (beforeMs: number, cursor?: PurgeCursor): Promise<PurgeStep> {
    return await this.#run(() => {
      const step = inTransaction(this.#database, () => purgeStep(this.#database, beforeMs, cursor))

      if (step.removed > 0) {
        this.#coalescer.forget()
      }

      return step
    })
  }

  async summary (): Promise<StoreSummary> {
    return await this.#run(() => {
      const count = (table: string): number => numberAt(this.#database.prepare(`SELECT count(*) AS n FROM ${table}`).get(), 'n')

      return {
        nodes: count('node_info'),
        addresses: count('address_info'),
        visits: count('visit'),
        crawls: count('crawl'),
        networks: this.#database.prepare('SELECT network, count(*) AS nodes FROM node_network GROUP BY network ORDER BY network').all()
          .map(row => ({ network: textAt(row, 'network'), nodes: numberAt(row, 'nodes') })),
        schemaVersion: numberAt(this.#database.prepare('SELECT ifnull(max(version), 0) AS version FROM schema_migration').get(), 'version')
      }
    })
  }

  async crawls (scan: string, limit: number): Promise<Crawl[]> {
    return await this.#run(() => this.#open().crawls.latest(scan, Math.min(limit, MAX_CRAWLS)))
  }

  async foundBy (scan: string, span: CrawlSpan): Promise<FoundBy> {
    return await this.#run(() => foundByFrom(Object.values(this.#database.prepare(foundBySql('?', span)).get(scan) ?? {}), SQLITE_VALUES))
  }

  async deriveSessions<T> (work: (sessions: SessionStore) => Promise<T>): Promise<T> {
    return await work(new SqlSessionStore(this.#sessions()))
  }

  async sessions (after: SessionKey | undefined, limit: number): Promise<SessionPage> {
    return await readSessionPage(this.#sessions(), after, limit)
  }

  async snapshot (): Promise<SqliteSnapshot> {
    return await Promise.try(() => SqliteSnapshot.open(this.#path, BUSY_TIMEOUT_MS))
  }

  async query (select: string, values: readonly (string | number)[]): Promise<readonly (readonly unknown[])[]> {
    return await this.#run(() => this.#database.prepare(select).all(...values).map(row => Object.values(row)))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.try(() => {
      this.#database.close()
    })
  }

  #writeRows ({ visits, nodes, networks, addresses }: Rows): Omit<WriteReport['rows'], 'crawl'> {
    const writers = this.#open()
    this.#forgetRemovedIds(writers.visits)
    changedCrawlsOf(visits).forEach((crawl) => {
      markChanged(this.#database, crawl)
    })
    writers.changes.write(visitChangesOf(visits), this.#clock.now())

    return {
      visit: writers.visits.write(visits),
      node_info: writers.nodes.writeNodes(nodes, this.#clock.now()),
      node_network: writers.nodes.writeNetworks(networks),
      address_info: writers.nodes.writeAddresses(addresses)
    }
  }

  #writeCrawl (row: CrawlRow): number {
    const written = this.#open().crawls.write(row, this.#clock.now())

    if (written > 0) {
      markChanged(this.#database, { scan: row.scan, crawlId: row.crawlId, isCrawl: true })
    }

    return written
  }

  #forgetRemovedIds (visits: VisitWriter): void {
    const epoch = numberAt(this.#database.prepare('SELECT epoch FROM dictionary_epoch').get(), 'epoch')

    if (epoch !== this.#epoch) {
      visits.forget()
      this.#epoch = epoch
    }
  }

  #sessions (): SessionDialect {
    return sqliteSessions(this.#database, this.#path, () => this.#requireRoom?.(() => reusableBytes(this.#database)))
  }

  #open (): Writers {
    const database = this.#database

    return this.#writers
      ??= { visits: new VisitWriter(database), changes: new VisitChangeWriter(database), nodes: new NodeWriter(database), crawls: new CrawlStore(database) }
  }

  async #run<T> (operation: () => T): Promise<T> {
    return await Promise.try(() => {
      try {
        return operation()
      } catch (err) {
        throw asStoreError(err, this.#path)
      }
    })
  }
}
