// Which visits of a peer have to be read to bring its sessions up to date. Most peers need those since their last contact; a peer
// that is gone needs nothing at all until it is contacted again.
import { MAX_BOUND_INTERVALS } from './fold-sessions.ts'
import type { Session } from '../../store/model/session.ts'
import type { CrawlTimeline } from './crawl-timeline.ts'
import type { FoldStart } from './fold-sessions.ts'

/** What is known of all peers. */
export interface PlanContext {
  timeline: CrawlTimeline

  /** Visits of earlier crawls may have been removed. */
  edgeMs: number

  /** Nothing changed before it. */
  sinceMs: number
}

/** How the sessions of one peer by one network and vantage are derived again. */
export interface GroupPlan {
  /** Time from which its visits must be read. */
  fromMs: number

  /** Where the fold begins, if not with nothing. */
  start: FoldStart | undefined

  /** When the session before the visits ended, if it did. */
  lastEndMs: number | undefined

  /** Stored sessions that are derived again: they are replaced. */
  replaced: readonly Session[]

  /** Whether nothing has to be done unless a visit since `sinceMs` contacted the peer. */
  waitsForContact: boolean
}

/** Plans one network and vantage of a peer. @param stored its sessions, oldest first */
export function planGroup (stored: readonly Session[], group: string, context: PlanContext): GroupPlan {
  const { edgeMs, sinceMs } = context
  const anchor = stored.findLastIndex(({ lastOkMs }) => lastOkMs <= sinceMs)
  const session = stored[anchor]
  const later = stored.slice(anchor + 1)

  if (later[0] !== undefined && (session === undefined || later[0].firstOkMs < edgeMs)) {
    return planFromEdge(later, edgeMs)
  }

  return session === undefined || isOver(session, group, context)
    ? planNothing(session, later, group, context)
    : {
        fromMs: session.lastOkMs,
        start: { session, isExact: true, fromMs: session.lastOkMs },
        lastEndMs: undefined,
        replaced: stored.slice(anchor),
        waitsForContact: false
      }
}

// No session is open after the last one. If none is replaced, no visit up to `sinceMs` contacted the peer: they matter only as the last
// failure before the next contact.
function planNothing (last: Session | undefined, replaced: readonly Session[], group: string, { timeline, edgeMs, sinceMs }: PlanContext): GroupPlan {
  const afterMs = last === undefined ? -Infinity : last.lastOkMs + 1

  return {
    fromMs: Math.max(edgeMs, afterMs, replaced.length === 0 ? sinceMs - boundMs(timeline, group) : edgeMs),
    start: undefined,
    lastEndMs: last?.firstFailMs ?? undefined,
    replaced,
    waitsForContact: replaced.length === 0
  }
}

// Something changed before the first of the sessions: all visits that are kept are folded. A session that began before them keeps its beginning.
function planFromEdge (stored: readonly Session[], edgeMs: number): GroupPlan {
  const crossing = stored.findLastIndex(({ firstOkMs }) => firstOkMs < edgeMs)
  const session = stored[crossing]

  return {
    fromMs: edgeMs,
    start: session === undefined ? undefined : { session, isExact: false, fromMs: edgeMs },
    lastEndMs: undefined,
    replaced: stored.slice(Math.max(0, crossing)),
    waitsForContact: false
  }
}

// Whether no visit since `sinceMs` can lengthen or end the session.
function isOver ({ lastOkMs, firstFailMs }: Session, group: string, { timeline, sinceMs }: PlanContext): boolean {
  return (firstFailMs !== null && firstFailMs < sinceMs)
    || timeline.downtimesBefore(group, lastOkMs) !== timeline.downtimesBefore(group, sinceMs)
    || sinceMs - lastOkMs > boundMs(timeline, group)
}

function boundMs (timeline: CrawlTimeline, group: string): number {
  return MAX_BOUND_INTERVALS * (timeline.longestIntervalMs(group) ?? Infinity)
}
