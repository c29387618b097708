import type { ScanSpec } from '../api/scan-spec.ts'
import type { ObjectMeta } from '../runtime/kube-object.ts'

/** Annotation that asks for a crawl of every scan at once; its value is a time, and another time is another request. */
export const CRAWL_NOW = 'peerprobe.dev/crawl-now'

/** Prefix of the annotation that asks for a crawl of one scan, whose name follows. */
export const CRAWL_NOW_OF = 'crawl-now.peerprobe.dev/'

/** The crawl requests in the annotations of a PeerProbe. */
export interface CrawlRequests {
  /** Time of the last request for each scan, as RFC 3339 in UTC with milliseconds. */
  requestedAt: ReadonlyMap<string, string>

  /** Invalid requests, as messages. */
  problems: readonly string[]
}

// For example 2026-11-30T21:00:00Z or 2026-11-30T21:00:00.123+01:00.
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const EXAMPLE = 'give a time such as 2026-11-30T21:00:00Z, or use `kubectl peerprobe crawl-now`'

// Enough of the text to recognise it.
const MAX_SHOWN = 64

/** Reads the annotations that request crawls. If both request a scan, the later one counts. */
export function crawlRequestsOf ({ annotations = {} }: ObjectMeta, scans: readonly Pick<ScanSpec, 'name' | 'active'>[]): CrawlRequests {
  const problems: string[] = []
  const timeOf = (key: string): number | undefined => {
    const value = annotations[key]
    const ms = value !== undefined && RFC_3339.test(value) ? Date.parse(value) : NaN

    if (value !== undefined && Number.isNaN(ms)) {
      problems.push(`annotation ${key}: ${JSON.stringify(value.slice(0, MAX_SHOWN))} is not a time: ${EXAMPLE}`)
    }

    return Number.isNaN(ms) ? undefined : ms
  }
  const ofAll = timeOf(CRAWL_NOW)
  const crawling = new Map(scans.map(({ name, active }) => [name, active.enabled]))
  const own = Object.keys(annotations).filter(key => key.startsWith(CRAWL_NOW_OF)).map(key => ({ key, scan: key.slice(CRAWL_NOW_OF.length) }))

  for (const { key, scan } of own.filter(({ scan: name }) => crawling.get(name) !== true)) {
    problems.push(`annotation ${key.slice(0, CRAWL_NOW_OF.length + MAX_SHOWN)}: ${whyNot(scan, crawling)}`)
  }

  const times = [...crawling].filter(([, isEnabled]) => isEnabled).map(([name]) => {
    const ofScan = own.some(({ scan }) => scan === name) ? timeOf(`${CRAWL_NOW_OF}${name}`) : undefined
    const ms = [ofAll, ofScan].filter(time => time !== undefined)

    return [name, ms.length === 0 ? undefined : new Date(Math.max(...ms)).toISOString()] as const
  })

  return { requestedAt: new Map(times.flatMap(([name, time]) => time === undefined ? [] : [[name, time]])), problems }
}

function whyNot (scan: string, crawling: ReadonlyMap<string, boolean>): string {
  return crawling.has(scan) ? `scan ${scan} does not crawl: its active.enabled is false` : 'there is no such scan: remove the annotation, or correct the name'
}
