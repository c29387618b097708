// When we looked, by the rows of crawls. A failed visit shows that a peer was absent only in a crawl that finished and was not
// disturbed. Where no such crawl started for more than two intervals, we were down: nothing is known about that time.
//
// The interval is estimated from the starts before a crawl, never from later ones: what was derived once stays true when more
// crawls arrive. Only the first crawls of a scan, which have nothing before them, share one estimate.
import type { SessionCrawl } from '../../store/model/session.ts'

/** Starts from which the interval is estimated: their median forgets single lost crawls, and follows a new interval after four crawls. */
const SAMPLE = 5

/** A lost crawl leaves a gap of two intervals; starts are not exact, so a quarter is added before a gap is a downtime. */
const MAX_GAP_INTERVALS = 2.25

const MS = 1_000

/** A time without conclusive crawls, between the starts of two of them, in epoch milliseconds. */
export interface Downtime { fromMs: number, toMs: number }

/** Network and vantage as one text. */
export function groupOf ({ network, vantage }: { network: string, vantage: string }): string {
  return `${network}\0${vantage}`
}

/** The conclusive crawls of all scans. */
export class CrawlTimeline {
  readonly #byScan: ReadonlyMap<string, ScanTimeline>
  readonly #longest: ReadonlyMap<string, number | undefined>
  readonly #downtimes: ReadonlyMap<string, readonly Downtime[]>
  readonly #starts: ReadonlyMap<string, readonly number[]>

  constructor (crawls: readonly SessionCrawl[]) {
    const conclusive = crawls.filter(({ isConclusive }) => isConclusive)
    this.#byScan = new Map([...Map.groupBy(conclusive, scanKeyOf)].map(([scan, of]) => [scan, new ScanTimeline(of)]))
    const groups = Map.groupBy(conclusive, groupOf)
    this.#longest = new Map([...groups].map(([group, of]) => [group, this.#longestOf(of)]))
    this.#downtimes = new Map([...groups].map(([group, of]) => [group, this.#downtimesOf(of)]))
    this.#starts = new Map([...groups].map(([group, of]) => [group, of.map(({ crawlId }) => crawlId * MS).sort((a, b) => a - b)]))
  }

  /** Whether a failed visit of a crawl shows absence. */
  isConclusive (scan: { scan: string, network: string, vantage: string }, crawlId: number): boolean {
    return this.#byScan.get(scanKeyOf(scan))?.has(crawlId) ?? false
  }

  /** Whether a conclusive crawl left confirmations out: a lone failure of it does not show absence. */
  isUnchecked (scan: { scan: string, network: string, vantage: string }, crawlId: number): boolean {
    return this.#byScan.get(scanKeyOf(scan))?.isUnchecked(crawlId) ?? false
  }

  /** Time between two crawls of a scan at one of its crawls, in milliseconds; undefined where only one is known. */
  intervalMs (scan: { scan: string, network: string, vantage: string }, crawlId: number): number | undefined {
    return this.#byScan.get(scanKeyOf(scan))?.intervalMs(crawlId)
  }

  /** The longest interval of the scans of a network and vantage, in milliseconds; undefined where none is known. */
  longestIntervalMs (group: string): number | undefined {
    return this.#longest.get(group)
  }

  /** Starts of the conclusive crawls of a network and vantage, oldest first, in epoch milliseconds. */
  startsMs (group: string): readonly number[] {
    return this.#starts.get(group) ?? []
  }

  /** The downtimes of a network and vantage, oldest first. */
  downtimes (group: string): readonly Downtime[] {
    return this.#downtimes.get(group) ?? []
  }

  /** Number of downtimes that ended by a time: two times with different numbers have a downtime between them. */
  downtimesBefore (group: string, atMs: number): number {
    return countUpTo(this.downtimes(group), atMs, ({ toMs }) => toMs)
  }

  #longestOf (crawls: readonly SessionCrawl[]): number | undefined {
    return crawls.reduce<number | undefined>((longest, crawl) => {
      const interval = this.intervalMs(crawl, crawl.crawlId)

      return interval === undefined ? longest : Math.max(interval, longest ?? 0)
    }, undefined)
  }

  #downtimesOf (crawls: readonly SessionCrawl[]): Downtime[] {
    const sorted = crawls.toSorted((a, b) => a.crawlId - b.crawlId || (a.scan < b.scan ? -1 : 1))

    return sorted.slice(1).flatMap((crawl, i) => {
      const before = sorted[i] ?? crawl
      const gap = { fromMs: before.crawlId * MS, toMs: crawl.crawlId * MS }

      return isTooLong(gap.toMs - gap.fromMs, [this.intervalMs(before, before.crawlId), this.intervalMs(crawl, crawl.crawlId)]) ? [gap] : []
    })
  }
}

/** Whether a time is longer than so many of the shortest of the intervals, by default than crawls leave between two visits of a peer. */
export function isTooLong (ms: number, intervals: readonly (number | undefined)[], limit = MAX_GAP_INTERVALS): boolean {
  const known = intervals.filter(interval => interval !== undefined)

  return known.length > 0 && ms > limit * Math.min(...known)
}

function scanKeyOf ({ scan, network, vantage }: { scan: string, network: string, vantage: string }): string {
  return `${scan}\0${network}\0${vantage}`
}

/** Conclusive crawls of one scan. */
class ScanTimeline {
  readonly #starts: readonly number[]
  readonly #isUnchecked: ReadonlyMap<number, boolean>

  /** Estimates by the number of crawls up to the one in question. */
  readonly #intervals: readonly (number | undefined)[]

  constructor (crawls: readonly SessionCrawl[]) {
    this.#starts = crawls.map(({ crawlId }) => crawlId).sort((a, b) => a - b)
    this.#isUnchecked = new Map(crawls.map(({ crawlId, isUnchecked = false }) => [crawlId, isUnchecked]))
    this.#intervals = Array.from({ length: this.#starts.length + 1 }, (_, count) => this.#estimate(count))
  }

  has (crawlId: number): boolean {
    return this.#isUnchecked.has(crawlId)
  }

  isUnchecked (crawlId: number): boolean {
    return this.#isUnchecked.get(crawlId) ?? false
  }

  intervalMs (crawlId: number): number | undefined {
    return this.#intervals[countUpTo(this.#starts, crawlId, start => start)]
  }

  // The gap before a crawl does not count in its own estimate.
  #estimate (count: number): number | undefined {
    const end = Math.max(count - 1, Math.min(SAMPLE + 1, this.#starts.length))
    const sample = this.#starts.slice(Math.max(0, end - SAMPLE - 1), end)
    const gaps = sample.slice(1).map((start, i) => start - (sample[i] ?? start)).sort((a, b) => a - b)
    const middle = gaps[Math.floor((gaps.length - 1) / 2)]

    return middle === undefined ? undefined : middle * MS
  }
}

// The list is sorted.
function countUpTo<T> (list: readonly T[], limit: number, of: (entry: T) => number): number {
  let low = 0
  let high = list.length

  while (low < high) {
    const middle = (low + high) >>> 1

    if (of(list[middle] as T) <= limit) {
      low = middle + 1
    } else {
      high = middle
    }
  }

  return low
}
