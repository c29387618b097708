import type { Session, SessionCrawl, SessionVisit, VisitScan } from './session.ts'

/** A crawl that was written since its sessions were derived. */
export interface ChangedCrawl {
  scan: string
  crawlId: number

  /** Whether its own row was written, and not only visits of it. */
  isCrawl: boolean
}

/** What the last derivation knew of a scan. */
export interface ScanProgress {
  scan: string
  newestCrawlId: number

  /** Number of its conclusive crawls. */
  crawls: number
}

/** What a derivation begins with. */
export interface SessionBasis {
  /** Number of this derivation; a later one has a greater number. */
  generation: number

  /** Version of the rules of the last derivation; 0 if there was none. */
  rules: number

  /** Visits of older crawls are not complete: some were removed. */
  edgeCrawlId: number

  /** Undefined when there are too many. */
  changes: readonly ChangedCrawl[] | undefined

  scans: readonly VisitScan[]
  crawls: readonly SessionCrawl[]
  progress: readonly ScanProgress[]
}

/** A peer by its number in the visits. */
export interface NumberedPeer { peerId: number, nodeId: string }

/** A peer with new visits, and the time of the first of them. */
export interface ChangedPeer { peerId: number, sinceMs: number }

/** The key of a session. */
export type SessionKey = Pick<Session, 'nodeId' | 'network' | 'vantage' | 'firstOkMs'>

/**
 * The tables that sessions are derived from and written to, for one derivation. Every method reads or writes a bounded number of
 * rows, or the rows of the peers it is given.
 */
export interface SessionStore {
  /** Begins a derivation: all that is written from now on belongs to the next one. */
  begin (): Promise<SessionBasis>

  /** Peers with active visits of a crawl, by number, above `after`. */
  changedPeers (crawl: Pick<ChangedCrawl, 'scan' | 'crawlId'>, after: number, limit: number): Promise<ChangedPeer[]>

  /** Peers with visits, by number, above `after`. */
  peersAfter (after: number, limit: number): Promise<NumberedPeer[]>

  /** Peers by their numbers. */
  peersOf (peerIds: readonly number[]): Promise<NumberedPeer[]>

  /** Active visits of peers that started at `fromMs` or later, by peer. */
  visitsOf (peerIds: readonly number[], fromMs: number, basis: SessionBasis): Promise<Map<number, SessionVisit[]>>

  /** Stored sessions of peers, oldest first, by peer. */
  sessionsOf (nodeIds: readonly string[]): Promise<Map<string, Session[]>>

  /** Removes and writes sessions in one transaction. @throws ProbeError `PP_STORE_CONFLICT` when a later derivation has begun */
  replace (generation: number, removed: readonly SessionKey[], written: readonly Session[]): Promise<void>

  /** Ends a derivation: what had changed before it began is forgotten. */
  complete (generation: number, rules: number, progress: readonly ScanProgress[]): Promise<void>

  /** Removes at most `limit` sessions whose last contact is older; returns how many. */
  removeEndedBefore (generation: number, beforeMs: number, limit: number): Promise<number>
}

/** A page of sessions in the order of their keys. */
export interface SessionPage {
  sessions: readonly Session[]

  /** The `after` of the next page; undefined after the last page. */
  next: SessionKey | undefined
}
