// From the visits of one peer by one vantage to its sessions: a pure function of visits and crawls, in time order.
//
// A contact shows presence whatever became of its crawl. A failure shows absence only in a conclusive crawl, and only where the
// peer's address was tried. A failure before or after a contact of the same crawl ends nothing.
import { isTooLong } from './crawl-timeline.ts'
import { absenceBefore, endAmong, evidenceOf } from './failures.ts'
import type { Session, SessionVisit, VisitScan } from '../../store/model/session.ts'
import type { CrawlTimeline } from './crawl-timeline.ts'
import type { Failure, Seen } from './failures.ts'

/** Where a fold begins when earlier visits need not, or cannot, be read. */
export interface FoldStart {
  session: Session

  /** Whether the session's counts include all visits up to its last contact; otherwise visits since `fromMs` are counted again. */
  isExact: boolean
  fromMs: number
}

/** What visits of one vantage are judged by. */
export interface FoldContext {
  timeline: CrawlTimeline

  /** Network and vantage, as `groupOf` writes them. */
  group: string

  scanOf: (scanId: number) => VisitScan

  /** @default with nothing */
  start?: FoldStart

  /** The failure that ended the last session before the visits, if there was one. */
  lastEndMs?: number
}

/** Intervals that may lie between a contact and the failure that bounds it: a peer that is gone is visited by every sixth crawl. */
export const MAX_BOUND_INTERVALS = 8

/** The sessions that visits show, oldest first; `visits` are active ones of one peer and one vantage, in any order. */
export function foldSessions (key: Pick<Session, 'nodeId' | 'network' | 'vantage'>, visits: readonly SessionVisit[], context: FoldContext): Session[] {
  const fold = new SessionFold(key, context)

  for (const visit of visits.toSorted((a, b) => compareVisits(a, b, context))) {
    fold.add(visit)
  }

  return fold.end()
}

// The numbers of scans depend on the order in which messages arrived.
function compareVisits (a: SessionVisit, b: SessionVisit, { scanOf }: FoldContext): number {
  return a.startedAtMs - b.startedAtMs || a.crawlId - b.crawlId || a.attempt - b.attempt
    || compareTexts(scanOf(a.scanId).scan, scanOf(b.scanId).scan) || compareTexts(a.outcome, b.outcome)
}

function compareTexts (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

class SessionFold {
  readonly #key: Pick<Session, 'nodeId' | 'network' | 'vantage'>
  readonly #context: FoldContext
  readonly #start: FoldStart | undefined
  readonly #done: Session[] = []
  #open: Session | undefined
  #lastEndMs: number | undefined
  #seen: Seen | undefined

  /** Failures since the last contact. */
  #failures: Failure[] = []

  constructor (key: Pick<Session, 'nodeId' | 'network' | 'vantage'>, context: FoldContext) {
    this.#key = key
    this.#context = context
    this.#start = context.start
    this.#lastEndMs = context.lastEndMs

    if (this.#start !== undefined) {
      const { session, isExact, fromMs } = this.#start
      const counts = isExact ? session : { lastOkMs: session.firstOkMs, probes: 0, failures: 0, recovered: 0 }
      this.#open = { ...session, ...counts, firstFailMs: null, endOutcome: null }
      this.#seen = { atMs: isExact ? session.lastOkMs : fromMs, crawl: '', intervalMs: undefined }
    }
  }

  add (visit: SessionVisit): void {
    const evidence = evidenceOf(visit.outcome)
    const scan = this.#context.scanOf(visit.scanId)

    if (evidence === 'none' || (evidence === 'absent' && !this.#context.timeline.isConclusive(scan, visit.crawlId))) {
      return
    }

    const crawl = `${String(visit.scanId)}/${String(visit.crawlId)}`
    const intervalMs = this.#context.timeline.intervalMs(scan, visit.crawlId)

    if (evidence === 'present') {
      this.#contact({ atMs: visit.startedAtMs, crawl, intervalMs })
    } else {
      const isUnchecked = this.#context.timeline.isUnchecked(scan, visit.crawlId)
      this.#fail({ atMs: visit.startedAtMs, crawl, outcome: visit.outcome, intervalMs, isUnchecked })
    }
  }

  end (): Session[] {
    this.#close()

    return this.#done
  }

  #contact (seen: Seen): void {
    if (this.#isLastContactOfStart(seen)) {
      this.#seen = seen
      return
    }
    if (this.#open === undefined || !this.#continues(seen)) {
      this.#close(seen.crawl)
      this.#begin(seen)
      return
    }

    this.#count(this.#open, this.#failures, seen)
    this.#open.lastOkMs = seen.atMs
    this.#seen = seen
    this.#failures = []
  }

  #fail (failure: Failure): void {
    // Counted already.
    if (this.#start?.isExact === true && failure.atMs <= this.#start.session.lastOkMs) {
      return
    }

    this.#failures.push(failure)
  }

  // An exact start is read again together with the visit of its last contact, for its crawl.
  #isLastContactOfStart ({ atMs }: Seen): boolean {
    return this.#start?.isExact === true && atMs === this.#start.session.lastOkMs
  }

  #continues (seen: Seen): boolean {
    const last = this.#seen

    return last !== undefined && endAmong(this.#failures, [last.crawl, seen.crawl]) === undefined && !this.#isDownBetween(last.atMs, seen.atMs)
      && !isTooLong(seen.atMs - last.atMs, [last.intervalMs, seen.intervalMs])
  }

  #begin (seen: Seen): void {
    const before = absenceBefore(seen, this.#failures, this.#lastEndMs)
    const isKnown = before !== undefined && this.#isBound(before, seen)
    const own = this.#failures.filter(({ crawl, atMs }) => crawl === seen.crawl && atMs > seen.atMs)
    this.#open = {
      ...this.#key,
      firstOkMs: seen.atMs,
      lastOkMs: seen.atMs,
      absentBeforeMs: isKnown ? before.atMs : null,
      firstFailMs: null,
      probes: 1,
      failures: 0,
      recovered: 0,
      endOutcome: null
    }
    this.#seen = seen
    this.#failures = own
  }

  #count (session: Session, failures: readonly Failure[], seen: Seen): void {
    session.probes += failures.length + 1
    session.failures += failures.length
    session.recovered += failures.filter(({ crawl }) => crawl === seen.crawl).length
  }

  #close (nextCrawl?: string): void {
    if (this.#open === undefined) {
      return
    }

    const last = this.#seen
    const end = last === undefined ? undefined : endAmong(this.#failures, [last.crawl, nextCrawl])
    const isKnown = last !== undefined && end !== undefined && this.#isBound(last, end)
    this.#done.push({ ...this.#counted(this.#open), firstFailMs: isKnown ? end.atMs : null, endOutcome: isKnown ? end.outcome : null })
    this.#open = undefined
    this.#lastEndMs = isKnown ? end.atMs : undefined
  }

  // Of a session that began before the oldest kept visit, at least as many visits are known as were counted before.
  #counted (session: Session): Session {
    const before = this.#start

    if (before === undefined || before.isExact || session.firstOkMs !== before.session.firstOkMs) {
      return session
    }

    const { probes, failures, recovered, lastOkMs } = before.session

    return {
      ...session,
      lastOkMs: session.probes === 0 ? Math.max(session.lastOkMs, Math.min(lastOkMs, before.fromMs)) : session.lastOkMs,
      probes: Math.max(session.probes, probes),
      failures: Math.max(session.failures, failures),
      recovered: Math.max(session.recovered, recovered)
    }
  }

  #isBound (earlier: Pick<Seen, 'atMs' | 'intervalMs'>, later: Pick<Seen, 'atMs' | 'intervalMs'>): boolean {
    return !this.#isDownBetween(earlier.atMs, later.atMs) && !isTooLong(later.atMs - earlier.atMs, [earlier.intervalMs, later.intervalMs], MAX_BOUND_INTERVALS)
  }

  #isDownBetween (fromMs: number, toMs: number): boolean {
    const { timeline, group } = this.#context

    return timeline.downtimesBefore(group, fromMs) !== timeline.downtimesBefore(group, toMs)
  }
}
