// The kinds of records that files and listings contain: the columns of each, and the filters that it knows.
import { keysOf } from '../../core/record-keys.ts'
import { CRAWL_COLUMNS } from './crawl-columns.ts'
import { EDGE_COLUMNS } from './edge-columns.ts'
import { NODE_COLUMNS } from './node-columns.ts'
import { SESSION_COLUMNS } from './session-columns.ts'
import { VISIT_COLUMNS } from './visit-columns.ts'
import type { RecordColumn } from './record-column.ts'
import type { FilterName } from './record-filter.ts'

/** What a reader needs to know of a kind of record. */
export interface RecordKindInfo {
  /** What one record is. */
  summary: string

  columns: readonly RecordColumn[]

  /** Columns that identify a record: two records with the same values are two states of one. */
  key: readonly string[]

  /** The column that `since` and `until` compare, and whose range a dump's manifest states. */
  time: string

  filters: Readonly<Partial<Record<FilterName, string>>>
}

const NETWORK = 'Name of the network, exactly.'
const SCAN = 'Identity of the scan, exactly: namespace/probe/scan.'

/** The kinds of records, each with its columns, its key and the meaning of its filters. */
export const RECORD_KINDS = {
  nodes: {
    summary: 'A peer that was contacted at least once, with its latest data.',
    columns: NODE_COLUMNS,
    key: ['node_id'],
    time: 'last_seen',
    filters: {
      network: 'Peers that were contacted in this network, exactly its name.',
      scan: 'Peers that this scan visited within the time that visits are kept: namespace/probe/scan.',
      agent: 'Peers whose agent version contains this text; case matters.',
      protocol: 'Peers that listed exactly this protocol when they were last identified, as far as that visit is kept.',
      outcome: 'Peers whose last visit had this outcome.',
      country: 'Peers that were last in this country: an ISO 3166-1 alpha-2 code, or unknown.',
      asn: 'Peers that were last in the autonomous system with this number.',
      cloud: 'Peers that were last in this cloud: its name, none or unknown.',
      sinceMs: 'Peers whose last contact was at this time or later.',
      untilMs: 'Peers whose last contact was before this time.'
    }
  },
  visits: {
    summary: 'One visit to one peer.',
    columns: VISIT_COLUMNS,
    key: ['scan', 'network', 'vantage', 'crawl_id', 'node_id', 'source', 'attempt'],
    time: 'started_at',
    filters: {
      network: NETWORK,
      scan: SCAN,
      agent: 'Visits in which the peer\'s agent version contained this text; case matters.',
      protocol: 'Visits in which the peer listed exactly this protocol.',
      outcome: 'Visits with this outcome.',
      country: 'Visits to this country: an ISO 3166-1 alpha-2 code, or unknown.',
      asn: 'Visits to the autonomous system with this number.',
      cloud: 'Visits to this cloud: its name, none or unknown.',
      crawlId: 'Visits of the crawls with this number.',
      sinceMs: 'Visits that started at this time or later.',
      untilMs: 'Visits that started before this time.'
    }
  },
  crawls: {
    summary: 'One crawl of one scan.',
    columns: CRAWL_COLUMNS,
    key: ['scan', 'crawl_id'],
    time: 'started_at',
    filters: {
      network: NETWORK,
      scan: SCAN,
      crawlId: 'Crawls with this number.',
      sinceMs: 'Crawls that started at this time or later.',
      untilMs: 'Crawls that started before this time.'
    }
  },
  sessions: {
    summary: 'One uninterrupted presence of a peer, as the visits of one vantage show it.',
    columns: SESSION_COLUMNS,
    key: ['node_id', 'network', 'vantage', 'first_ok'],
    time: 'last_ok',
    filters: {
      network: NETWORK,
      sinceMs: 'Sessions whose last contact was at this time or later.',
      untilMs: 'Sessions whose last contact was before this time.'
    }
  }
} as const satisfies Record<string, RecordKindInfo>

/** A kind of record. */
export type RecordKind = keyof typeof RECORD_KINDS

/** All kinds of records. */
export const RECORD_KIND_NAMES = keysOf(RECORD_KINDS)

/** What a file contains: a kind of record of the store, or entries of routing tables, which no store has. */
export type FileKind = RecordKind | 'edges'

// Of the crawls whose files there are, they choose one.
const EDGE_FILTERS: RecordKindInfo['filters'] = { scan: SCAN, crawlId: 'The crawl with this number.' }

/** The filters that a kind knows, with their meaning. */
export function filtersOf (kind: FileKind): RecordKindInfo['filters'] {
  return kind === 'edges' ? EDGE_FILTERS : RECORD_KINDS[kind].filters
}

/** The columns of a kind, in their order. */
export function columnsOf (kind: FileKind): readonly RecordColumn[] {
  return kind === 'edges' ? EDGE_COLUMNS : RECORD_KINDS[kind].columns
}
