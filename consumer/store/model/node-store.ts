import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { CrawlSpan, FoundBy } from './found-by.ts'

/** What a store works with, whichever adapter it is. */
export interface OpenStoreDeps {
  clock: Clock

  /** Asked before each transaction of a database in a file, with a way to know what it could use again of its own. @throws ProbeError where it must not grow */
  requireRoom?: (reusableBytes: () => number) => void
}

/** Messages that are written together. */
export interface StoreBatch {
  visits: readonly Visit[]
  crawls: readonly Crawl[]
}

/** What a batch became. */
export interface WriteReport {
  /** Rows written, by table; rows that were as they should be already are not counted. */
  rows: Readonly<Record<StoreTable, number>>

  /** Addresses whose last_seen was not written again. */
  coalesced: number

  /** Texts that were cut to fit their columns. */
  cuts: number
}

/** Tables that messages write. */
export type StoreTable = 'node_info' | 'address_info' | 'node_network' | 'visit' | 'crawl'

/** What a migration did. */
export interface MigrationReport {
  /** Numbers of the migrations that were applied now. */
  applied: readonly number[]

  /** What was taken over from a program before this one; absent where there was nothing. */
  adopted?: AdoptionReport

  /** Programs of somebody else in the database that may write our tables; absent where there is none, or nobody looked. */
  writers?: readonly OtherProgram[]
}

/** Peers that were taken over, and why others were not. */
export interface CopiedNodes {
  nodes: number

  /** Rows whose peer id is missing or can be none. */
  nodesWithoutId: number

  /** Rows with a peer id whose `last_seen` is missing, no time, or later than tomorrow. */
  nodesWithoutTime: number

  /** Further rows of the same peer; the newest was kept. */
  duplicateNodes: number

  /** Peers with a text that was too long and was cut, or was no text and was left out. */
  nodesWithCutTexts: number
}

/** Addresses that were taken over, and why others were not. */
export interface CopiedAddresses {
  addresses: number

  /** Further rows of the same address of the same peer; the newest time was kept. */
  duplicateAddresses: number

  /** Rows of peers that were not taken over or have no row. */
  orphanAddresses: number

  /** Rows whose address is missing, no text, too long or no multiaddr. */
  refusedAddresses: number

  /** Addresses whose own time is missing or none: they have the peer's. */
  addressesWithoutTime: number
}

/** An event, trigger or routine of another program. */
export interface OtherProgram {
  /** As the server names it, in upper case: EVENT, TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY. */
  kind: string

  /** As the server writes it. */
  name: string

  /** When it runs, and what it does to our tables. */
  what: string

  canWrite: boolean

  /** False for an event that is disabled. */
  isActive: boolean

  /** The statement that ends it. */
  retire: string
}

/** What was taken over from the tables of a program before this one. */
export interface AdoptionReport extends CopiedNodes, CopiedAddresses {
  /** What else the database holds that runs by itself or can be called: none of it may write our tables. */
  programs: readonly OtherProgram[]

  /** Kinds of programs that this user cannot see, each with the statement that lets it: look for clean-ups yourself. */
  unseen: readonly string[]

  /** Where the old tables are kept; nothing reads them. */
  keptTables: readonly string[]
}

/** Where a removal goes on. Opaque to callers. */
export interface PurgeCursor {
  table: string
  after: readonly (string | number)[]
}

/** One step of a removal. */
export interface PurgeStep {
  table: string
  removed: number

  /** Where the next step goes on; undefined when all is done. */
  next: PurgeCursor | undefined
}

/** A peer with what is known of it; times in RFC 3339. */
export interface NodeRecord {
  nodeId: string
  protocolVersion: string | null
  agentVersion: string | null
  discoveryType: string
  latencyNs: number | null
  lastSeen: string
  firstSeen: string
  identifiedAt: string | null
  lastTried: string
  lastOutcome: string
  addresses: readonly { multiaddr: string, lastSeen: string }[]
  networks: readonly { network: string, firstSeen: string, lastSeen: string }[]
}

/** Which peers a page holds. */
export interface NodePageQuery {
  /** The peers whose ids come after this one. @default from the beginning */
  after?: string | undefined

  /** Rows that the page looks at; it holds fewer peers where some did not change. */
  limit: number

  /** Only peers whose row was written at this time or later, in epoch milliseconds, by the clocks of the consumers. @default all */
  changedSinceMs?: number | undefined
}

/** Some peers in the order of their ids. */
export interface NodePage {
  nodes: readonly NodeRecord[]

  /** The `after` of the next page; undefined when there is none. */
  next: string | undefined
}

/** The store as it was at one moment, whatever is written meanwhile. Keep it open for as short as can be. */
export interface StoreSnapshot extends AsyncDisposable {
  /** Version of the schema: the number of its last migration. */
  readonly schemaVersion: number

  nodes (query: NodePageQuery): Promise<NodePage>
}

/** How much is stored. */
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
 * The database of peers. Writes are idempotent and order-proof: any permutation and any repetition
 * of the same messages gives the same tables (but for `node_info.changed_at`, and for
 * `address_info.last_seen` within the coalescing window).
 *
 * Failures are ProbeErrors: `PP_STORE_CONFLICT` and `PP_STORE_UNAVAILABLE` may be tried again,
 * `PP_STORE_DATA` says that a message of the batch is at fault, `PP_STORE_SCHEMA` that the tables are.
 */
export interface NodeStore extends AsyncDisposable {
  /** Batches that it can write at the same time. */
  readonly concurrentWrites: number

  /** Brings the tables to the schema of this version. Safe to run twice, and from two processes at once. */
  migrate (): Promise<MigrationReport>

  /** Writes a batch in one transaction: all of it or nothing. It is short and is not interrupted: whoever stops waits for it. */
  write (batch: StoreBatch): Promise<WriteReport>

  /**
   * Removes a bounded number of rows that are older than `beforeMs`: visits and crawls by the start
   * of their crawl, peers, addresses and networks by when they were last seen, texts that no visit
   * uses any more. Call it again with `next` until there is none, with pauses for the writers.
   */
  purge (beforeMs: number, cursor?: PurgeCursor): Promise<PurgeStep>

  /** How much is stored; it counts, which takes a while on a large database. */
  summary (): Promise<StoreSummary>

  /** The latest crawls of a scan, newest first, at most 100. */
  crawls (scan: string, limit: number): Promise<Crawl[]>

  /** How many peers of a scan were found by its crawls, by passive discovery, and by both. */
  foundBy (scan: string, span: CrawlSpan): Promise<FoundBy>

  snapshot (): Promise<StoreSnapshot>
}
