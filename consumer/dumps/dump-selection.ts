// Which records a dump contains: all, or those written since the dump before. Sessions change as a whole: a visit that arrives late
// may join two of them to one, so their files always contain all.
import { RecordPages } from '../export/record-pages.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { StoredRecord } from '../records/record-column.ts'
import type { StoreSnapshot } from '../store/model/node-store.ts'
import type { DumpEntry } from './dump-manifest.ts'

type Snapshot = Pick<StoreSnapshot, 'records' | 'sessionsGeneration'>

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

/** What the next dump follows. */
export interface DumpBasis {
  /** The dump before, of the same content and format. */
  last: DumpEntry | undefined

  /** Whether it contains all records in any case. */
  full: boolean
}

/** The records of the next dump; undefined when nothing was written since the last one. @throws errors of the store */
export async function selectRecords (snapshot: Snapshot, content: DumpContent, { last, full }: DumpBasis): Promise<DumpSelection | undefined> {
  const everything = { changedSinceMs: undefined, generation: null, batches: pagesOf(snapshot, content, undefined) }

  if (content === 'sessions') {
    const generation = await snapshot.sessionsGeneration() ?? null

    return last !== undefined && generation !== null && generation === last.generation ? undefined : { ...everything, generation }
  }
  if (last === undefined || content !== 'nodes') {
    return everything
  }

  const changedSinceMs = Date.parse(last.takenAt) - OVERLAP_MS

  if (!await isAny(pagesOf(snapshot, content, changedSinceMs))) {
    return undefined
  }

  return full ? everything : { ...everything, changedSinceMs, batches: pagesOf(snapshot, content, changedSinceMs) }
}

function pagesOf (snapshot: Snapshot, kind: DumpContent, changedSinceMs: number | undefined): RecordPages {
  return new RecordPages(snapshot, { kind, changedSinceMs, limit: Infinity })
}

async function isAny (pages: AsyncIterable<readonly StoredRecord[]>): Promise<boolean> {
  for await (const records of pages) {
    if (records.length > 0) {
      return true
    }
  }

  return false
}
