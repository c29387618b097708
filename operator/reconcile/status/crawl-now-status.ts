import { crawlRequestsOf } from '../../model/crawl-now.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

/** State of a requested crawl. */
export interface CrawlNowStatus {
  /** As in the annotation, in UTC. */
  requestedAt: string

  /** `Requested` until the crawler reports that a crawl for it has started. */
  state: 'Requested' | 'Running' | 'Finished'

  /** Id of that crawl. */
  crawlId?: number
}

/** The crawler's report about the last requested crawl that has started. */
export interface ReportedCrawlNow {
  requestedAt: string
  crawlId: number
  isOver: boolean
}

/**
 * How far the crawl is that is asked for. What was finished stays so: a crawler that starts again begins with a crawl, which
 * is not the one that was asked for.
 */
export function crawlNowStatus (requestedAt: string | undefined, reported?: ReportedCrawlNow, before?: CrawlNowStatus): CrawlNowStatus | undefined {
  if (requestedAt === undefined) {
    return undefined
  }

  const known = before?.requestedAt === requestedAt ? before : undefined

  if (reported?.requestedAt === requestedAt && known?.state !== 'Finished') {
    return { requestedAt, state: reported.isOver ? 'Finished' : 'Running', crawlId: reported.crawlId }
  }

  return known ?? { requestedAt, state: 'Requested' }
}

// Longer than a crawl with default settings, plus the time until a pod sees a changed ConfigMap.
const LOOKED_AT_MS = 7_200_000

/** Whether a user may be waiting for the result. */
export function isAwaited (status: CrawlNowStatus | undefined, nowMs: number): boolean {
  return status !== undefined && status.state !== 'Finished' && nowMs - Date.parse(status.requestedAt) < LOOKED_AT_MS
}

/** Records a warning event for invalid requests. */
export async function warnOfRequests ({ events }: Pick<ReconcileDeps, 'events'>, { probe: { metadata, spec }, object }: Work, signal: AbortSignal): Promise<void> {
  const [first, ...more] = crawlRequestsOf(metadata, spec.scans).problems

  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${String(more.length)} more)`
    await events.record(object, { type: 'Warning', reason: 'CrawlNowIgnored', action: 'CrawlNow', note: `${first}${others}` }, signal)
  }
}
