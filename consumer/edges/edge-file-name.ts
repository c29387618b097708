import { ScanId } from '../../core/contracts/visit.ts'

/** A crawl of a scan. */
export interface CrawlKey {
  /** namespace/probe/scan */
  scan: string

  crawlId: number
}

const NAME = /^edges-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z_([a-z0-9._-]+)\.parquet$/

/** Longest identity of a scan in a file name: names have at most 255 bytes, and the temporary one is longer. */
export const MAX_SCAN_CHARS = 160

/** Name of the file of a crawl's edges. A scan's identity has no underscore, so the name says which scan it is. */
export function edgeFileName ({ scan, crawlId }: CrawlKey): string {
  const start = new Date(crawlId * 1_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')

  return `edges-${start}Z_${scan.replaceAll('/', '_')}.parquet`
}

/** The crawl in the name of a file of edges; undefined for other names. */
export function crawlOfFile (name: string): CrawlKey | undefined {
  const [, year, month, day, hour, minute, second, parts = ''] = NAME.exec(name) ?? []
  const scan = parts.replaceAll('_', '/')
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))

  return Number.isNaN(ms) || !ScanId.safeParse(scan).success ? undefined : { scan, crawlId: ms / 1_000 }
}
