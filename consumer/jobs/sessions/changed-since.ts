// From which time on a derivation has to look again, for all peers. New crawls at the end change only the peers that they visited.
// A crawl that arrives late changes what its neighbours show about everybody: it may fill a downtime, or be one of the crawls that
// the interval is estimated from.
import { CrawlTimeline, groupOf } from './crawl-timeline.ts'
import type { ScanProgress, SessionBasis } from '../../store/model/session-store.ts'
import type { SessionCrawl } from '../../store/model/session.ts'

const MS = 1_000

/** Below this number, the first crawls of a scan share one estimate of the interval, which the next crawl may change. */
const SETTLED_CRAWLS = 7

/** The earliest time from which every peer must be derived again, in epoch milliseconds; undefined where only those with new visits must. */
export function changedSinceMs (basis: SessionBasis, rules: number, timeline: CrawlTimeline): number | undefined {
  const edgeMs = basis.edgeCrawlId * MS

  if (basis.rules !== rules || basis.changes === undefined) {
    return edgeMs
  }

  const changed = new Set(basis.changes.filter(({ isCrawl }) => isCrawl).map(({ scan, crawlId }) => keyOf({ scan, crawlId })))
  const arrived = basis.crawls.filter(crawl => crawl.isConclusive && changed.has(keyOf(crawl)))
  const progress = new Map(basis.progress.map(of => [of.scan, of]))
  const times = [
    ...arrived.flatMap(crawl => sinceOf(crawl, progress.get(crawl.scan), edgeMs)),
    ...movedDowntimes(basis, arrived, { timeline, progress })
  ]

  return times.length === 0 ? undefined : Math.max(edgeMs, Math.min(...times))
}

/** What a derivation leaves for the next one. */
export function progressOf (crawls: readonly SessionCrawl[]): ScanProgress[] {
  return [...Map.groupBy(crawls.filter(({ isConclusive }) => isConclusive), ({ scan }) => scan)].map(([scan, of]) =>
    ({ scan, newestCrawlId: of.reduce((newest, { crawlId }) => Math.max(newest, crawlId), 0), crawls: of.length }))
}

function keyOf ({ scan, crawlId }: { scan: string, crawlId: number }): string {
  return `${scan}\0${String(crawlId)}`
}

function sinceOf ({ crawlId }: SessionCrawl, progress: ScanProgress | undefined, edgeMs: number): number[] {
  if (progress === undefined || progress.crawls < SETTLED_CRAWLS) {
    return [edgeMs]
  }

  return crawlId < progress.newestCrawlId ? [crawlId * MS] : []
}

interface Known { timeline: CrawlTimeline, progress: ReadonlyMap<string, ScanProgress> }

// Downtimes that the crawls which arrived made or filled, other than after the newest crawl of the last derivation.
function movedDowntimes ({ crawls }: SessionBasis, arrived: readonly SessionCrawl[], { timeline, progress }: Known): number[] {
  const isNew = new Set(arrived)
  const before = new CrawlTimeline(crawls.filter(crawl => !isNew.has(crawl)))
  const newestMs = Math.max(0, ...progress.values().map(({ newestCrawlId }) => newestCrawlId * MS))

  return [...new Set(arrived.map(groupOf))].flatMap((group) => {
    const now = new Map(timeline.downtimes(group).map(downtime => [`${String(downtime.fromMs)}-${String(downtime.toMs)}`, downtime]))
    const then = new Map(before.downtimes(group).map(downtime => [`${String(downtime.fromMs)}-${String(downtime.toMs)}`, downtime]))
    const moved = [...now].filter(([key]) => !then.has(key)).concat([...then].filter(([key]) => !now.has(key)))

    return moved.map(([, downtime]) => downtime).filter(({ toMs }) => toMs <= newestMs).map(({ fromMs }) => fromMs)
  })
}
