// Which records a dump contains: all, or those written since the dump before. Sessions change as a whole: a visit that arrives late
// may join two of them to one, so their files always contain all.
import { RecordPages } from '../export/record-pages.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { RecordSelection } from '../export/record-pages.ts'
import type { StoredRecord } from '../records/record-column.ts'
import type { StoreSnapshot } from '../store/model/node-store.ts'
import type { VisitChange } from '../store/model/visit-changes.ts'
import type { DumpEntry } from './dump-manifest.ts'

type Snapshot = Pick<StoreSnapshot, 'records' | 'sessionsGeneration' | 'visitChanges'>

/** Records of a dump. */
export interface DumpSelection {
  /** The file contains the records written since this time, in epoch milliseconds; undefined: all. */
  changedSinceMs: number | undefined

  /** Of sessions: see `DumpEntry`. */
  generation: number | null

  batches: AsyncIterable<readonly StoredRecord[]>
}

// A transaction sets `changed_at` when it begins and is visible when it commits. No transaction takes as long as this.
const OVERLAP_MS = 10_000

const CHANGES_PER_PAGE = 500

/** What the next dump follows. */
export interface DumpBasis {
  /** The dump before, of the same content and format. */
  last: DumpEntry | undefined

  /** Whether it contains all records in any case. */
  full: boolean
}

/** The records of the next dump; undefined when nothing was written since the last one. @throws errors of the store */
export async function selectRecords (snapshot: Snapshot, content: DumpContent, { last, full }: DumpBasis): Promise<DumpSelection | undefined> {
  const everything = { changedSinceMs: undefined, generation: null, batches: pagesOf(snapshot, { kind: content }) }

  if (content === 'sessions') {
    const generation = await snapshot.sessionsGeneration() ?? null

    return last !== undefined && generation !== null && generation === last.generation ? undefined : { ...everything, generation }
  }
  if (last === undefined) {
    return everything
  }

  const changedSinceMs = Date.parse(last.takenAt) - OVERLAP_MS

  if (!await isAny(changedRecords(snapshot, content, changedSinceMs))) {
    return undefined
  }

  return full ? everything : { ...everything, changedSinceMs, batches: changedRecords(snapshot, content, changedSinceMs) }
}

function pagesOf (snapshot: Snapshot, selection: Omit<RecordSelection, 'limit'>): RecordPages {
  return new RecordPages(snapshot, { ...selection, limit: Infinity })
}

function changedRecords (snapshot: Snapshot, kind: 'nodes' | 'visits' | 'crawls', changedSinceMs: number): AsyncIterable<readonly StoredRecord[]> {
  return kind === 'visits' ? changedVisits(snapshot, changedSinceMs) : pagesOf(snapshot, { kind, changedSinceMs })
}

// Visits have no time of writing: that would cost ten bytes for each. What is known are the crawls that got visits, and when the first
// of these started. So some visits are in the files twice, and none is missing.
async function* changedVisits (snapshot: Snapshot, sinceMs: number): AsyncIterable<readonly StoredRecord[]> {
  for (let after: VisitChange | undefined; ;) {
    const changes = await snapshot.visitChanges({ sinceMs, after, limit: CHANGES_PER_PAGE })

    for (const { scan, crawlId, startedSinceMs } of changes) {
      yield* pagesOf(snapshot, { kind: 'visits', filter: { scan, crawlId, sinceMs: startedSinceMs } })
    }

    after = changes.at(-1)

    if (changes.length < CHANGES_PER_PAGE) {
      return
    }
  }
}

async function isAny (pages: AsyncIterable<readonly StoredRecord[]>): Promise<boolean> {
  for await (const records of pages) {
    if (records.length > 0) {
      return true
    }
  }

  return false
}
