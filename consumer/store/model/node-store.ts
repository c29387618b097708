import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { CrawlSpan, FoundBy } from './found-by.ts'
import type { SessionKey, SessionPage, SessionStore } from './session-store.ts'
import type { VisitChange, VisitChangeQuery } from './visit-changes.ts'

/** Dependencies of both stores. */
export interface OpenStoreDeps {
  clock: Clock

  /** Called before each transaction of a database in a file, with a function for its free bytes. @throws ProbeError when the file must not grow */
  requireRoom?: (reusableBytes: () => number) => void
}

/** Messages that are written together. */
export interface StoreBatch {
  visits: readonly Visit[]
  crawls: readonly Crawl[]
}

/** What writing a batch did. */
export interface WriteReport {
  /** Rows written, by table; unchanged rows are not counted. */
  rows: Readonly<Record<StoreTable, number>>

  /** Addresses whose last_seen the coalescing window skipped. */
  coalesced: number

  /** Texts that were cut to fit their columns. */
  cuts: number
}

/** Tables that messages write. */
export type StoreTable = 'node_info' | 'address_info' | 'node_network' | 'visit' | 'crawl'

/** What a migration did. */
export interface MigrationReport {
  /** Numbers of the migrations that this run applied. */
  applied: readonly number[]

  /** What was taken over from an earlier program; absent if nothing was. */
  adopted?: AdoptionReport

  /** Events, triggers and routines of other programs that may write our tables; absent if none was found or searched for. */
  writers?: readonly OtherProgram[]
}

/** Numbers of peers that were taken over, and of rows that were not. */
export interface CopiedNodes {
  nodes: number

  /** Rows whose peer id is missing or invalid. */
  nodesWithoutId: number

  /** Rows with a peer id whose `last_seen` is missing, invalid, or later than tomorrow. */
  nodesWithoutTime: number

  /** Further rows of the same peer; the newest was kept. */
  duplicateNodes: number

  /** Peers with a text that was cut because it was too long, or left out because its bytes are not text. */
  nodesWithCutTexts: number
}

/** Numbers of addresses that were taken over, and of rows that were not. */
export interface CopiedAddresses {
  addresses: number

  /** Further rows of the same address of the same peer; the newest time was kept. */
  duplicateAddresses: number

  /** Rows of peers that were not taken over or have no row. */
  orphanAddresses: number

  /** Rows whose address is missing, too long, or not a multiaddr. */
  refusedAddresses: number

  /** Addresses whose time is missing or invalid: they got the peer's. */
  addressesWithoutTime: number
}

/** An event, trigger or routine of another program. */
export interface OtherProgram {
  /** As the server names it, in upper case: EVENT, TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY. */
  kind: string

  /** Its name, quoted as the server does. */
  name: string

  /** When it runs, and what it does to our tables. */
  what: string

  canWrite: boolean

  /** False for an event that is disabled. */
  isActive: boolean

  /** The statement that drops it. */
  retire: string
}

/** What was taken over from the tables of an earlier program. */
export interface AdoptionReport extends CopiedNodes, CopiedAddresses {
  /** Events, triggers and routines in the database. None of them may write our tables. */
  programs: readonly OtherProgram[]

  /** Kinds of programs that this user cannot see, each with the GRANT statement: an administrator must check them for clean-ups. */
  unseen: readonly string[]

  /** Names under which the old tables are kept; nothing reads them. */
  keptTables: readonly string[]
}

/** Where the next step of a removal starts. Opaque to callers. */
export interface PurgeCursor {
  table: string
  after: readonly (string | number)[]
}

/** One step of a removal. */
export interface PurgeStep {
  table: string
  removed: number

  /** Start of the next step; undefined when the removal is complete. */
  next: PurgeCursor | undefined
}

/** The store at one moment, whatever is written meanwhile. Close it as soon as possible. */
export interface StoreSnapshot extends AsyncDisposable {
  /** Version of the schema: the number of its last migration. */
  readonly schemaVersion: number

  /** Crawls whose visits were written at a time or later, in the order of `crawlId` and `scan`. */
  visitChanges (query: VisitChangeQuery): Promise<VisitChange[]>

  /** Number of the last derivation of sessions, or undefined while one has begun and not ended. */
  sessionsGeneration (): Promise<number | undefined>

  /** A page of records. @throws ProbeError `PP_RECORD_QUERY` for a condition that the kind does not know, or a foreign cursor */
  records (query: RecordPageQuery): Promise<RecordPage>
}

/** Numbers of stored rows. */
export interface StoreSummary {
  nodes: number
  addresses: number
  visits: number
  crawls: number
  networks: readonly { network: string, nodes: number }[]

  /** Version of the schema: the number of its last migration. */
  schemaVersion: number
}

/**
 * The database of peers. Writes are idempotent and independent of order: any permutation and any repetition
 * of the same messages gives the same tables, except for when rows were written (`changed_at`,
 * `visit_change`), and for `address_info.last_seen` within the coalescing window.
 *
 * Failures are ProbeErrors. `PP_STORE_CONFLICT` and `PP_STORE_UNAVAILABLE` may be retried;
 * `PP_STORE_DATA` means a fault in a message of the batch, `PP_STORE_SCHEMA` a fault in the tables.
 */
export interface NodeStore extends AsyncDisposable {
  /** Number of batches that it can write at the same time. */
  readonly concurrentWrites: number

  /** Brings the tables to the schema of this version. Safe to run twice, and from two processes at once. */
  migrate (): Promise<MigrationReport>

  /** Writes a batch in one transaction: all of it or nothing. It is short and cannot be interrupted: a stop waits for it. */
  write (batch: StoreBatch): Promise<WriteReport>

  /**
   * Removes a bounded number of rows that are older than `beforeMs`: visits and crawls by the start of
   * their crawl, peers, addresses and networks by `last_seen`, and texts that no visit uses any more.
   * Call it again with `next` until that is undefined, with pauses for the writers.
   */
  purge (beforeMs: number, cursor?: PurgeCursor): Promise<PurgeStep>

  /** Counts the stored rows, which takes a while on a large database. */
  summary (): Promise<StoreSummary>

  /** The latest crawls of a scan, newest first, at most 100. */
  crawls (scan: string, limit: number): Promise<Crawl[]>

  /** Numbers of peers of a scan that were found by its crawls, by passive discovery, and by both. */
  foundBy (scan: string, span: CrawlSpan): Promise<FoundBy>

  /** Lends the tables of sessions for one derivation. @throws ProbeError `PP_STORE_CONFLICT` while another process derives */
  deriveSessions<T>(work: (sessions: SessionStore) => Promise<T>): Promise<T>

  /** A page of stored sessions, in the order of their keys. @param after the `next` of the page before */
  sessions (after: SessionKey | undefined, limit: number): Promise<SessionPage>

  snapshot (): Promise<StoreSnapshot>

  /** Reads the values of {@link query}. */
  readonly values: ColumnReader

  /**
   * Rows of one SELECT statement in the SQL that all databases have in common, in the order of its columns.
   *
   * @param values one for each `?` in the statement. The statement itself is code, never input
   */
  query (select: string, values: readonly (string | number)[]): Promise<readonly (readonly unknown[])[]>
}
