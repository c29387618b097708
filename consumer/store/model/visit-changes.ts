// What a write leaves for dumps of what changed: the crawls whose visits it wrote.
import { compareBytes } from './safe-text.ts'
import type { VisitRow } from './visit-row.ts'

/** A crawl whose visits were written. */
export interface VisitChange {
  scan: string
  crawlId: number

  /** None of these visits started before, in epoch milliseconds; a whole minute. */
  startedSinceMs: number
}

/** Crawls whose visits were written at a time or later. */
export interface VisitChangeQuery {
  /** In epoch milliseconds, by the clocks of the consumers. */
  sinceMs: number

  /** The last crawl of the page before. @default from the beginning */
  after?: Pick<VisitChange, 'scan' | 'crawlId'> | undefined

  limit: number
}

const MINUTE_MS = 60_000

/** The crawls of visits, each once, in one order for all writers. */
export function visitChangesOf (visits: readonly Pick<VisitRow, 'scan' | 'crawlId' | 'startedAtMs'>[]): VisitChange[] {
  const changes = new Map<string, VisitChange>()

  for (const { scan, crawlId, startedAtMs } of visits) {
    const key = `${scan}\0${String(crawlId)}`
    const startedSinceMs = minuteOf(startedAtMs) * MINUTE_MS
    changes.set(key, { scan, crawlId, startedSinceMs: Math.min(startedSinceMs, changes.get(key)?.startedSinceMs ?? Infinity) })
  }

  return [...changes.values()].sort((a, b) => a.crawlId - b.crawlId || compareBytes(a.scan, b.scan))
}

/** The minute of a time: the number of minutes since 1970. */
export function minuteOf (ms: number): number {
  return Math.floor(ms / MINUTE_MS)
}
