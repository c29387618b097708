import { RecordPages } from '../../consumer/export/record-pages.ts'
import { defined } from '../../core/defined.ts'
import { formatMilliseconds } from '../../core/time/duration.ts'
import { printListing } from '../output/listing.ts'
import { openToRead } from '../source/open-source.ts'
import type { StoredRecord } from '../../consumer/records/record-column.ts'
import type { NodeStore } from '../../consumer/store/model/node-store.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `crawls`. */
export interface CrawlListOptions extends SourceOptions {
  scan?: string
  limit: number
  json: boolean
}

/** What reading crawls takes. */
export type CrawlReader = Pick<NodeStore, 'query' | 'values' | 'snapshot'>

/** Crawls of several scans can have one id: a page of records may have more than were asked for. */
const SAME_ID = 1_000

const COLUMNS = ['SCAN', 'CRAWL', 'NETWORK', 'STATE', 'STARTED', 'TOOK', 'DISCOVERED', 'CONTACTED', 'DHT SERVERS']

/** Prints the newest crawls of the store that the options choose. */
export async function listCrawls (options: CrawlListOptions, signal: AbortSignal): Promise<void> {
  const { json } = options
  const { store } = await openToRead(options)
  await using _ = store

  await printListing([await newestCrawls(store, options)], { columns: COLUMNS, cells: crawlCells }, { json }, signal)
}

/** The newest crawls, newest first. */
export async function newestCrawls (store: CrawlReader, { scan, limit }: Pick<CrawlListOptions, 'scan' | 'limit'>): Promise<StoredRecord[]> {
  const from = scan === undefined ? 'crawl' : 'crawl WHERE scan = ?'
  const newest = `SELECT crawl_id FROM ${from} ORDER BY crawl_id DESC LIMIT ?`
  const [row] = await store.query(`SELECT MIN(crawl_id) AS crawl_id FROM (${newest}) AS newest`, [...scan === undefined ? [] : [scan], limit])

  if (row?.[0] == null) {
    return []
  }

  await using snapshot = await store.snapshot()
  const sinceMs = store.values.number(row[0], 'crawl_id') * 1_000
  const pages = new RecordPages(snapshot, { kind: 'crawls', filter: { sinceMs, ...defined({ scan }) }, limit: limit + SAME_ID })
  const crawls: StoredRecord[] = []

  for await (const page of pages) {
    crawls.push(...page)
  }

  return crawls.sort((a, b) => Number(b['crawl_id']) - Number(a['crawl_id'])).slice(0, limit)
}

function crawlCells (crawl: StoredRecord): (string | number | null)[] {
  const text = (name: string): string | number | null => {
    const value = crawl[name] ?? null

    return typeof value === 'number' ? value : value === null ? null : String(value)
  }
  const { started_at: started, finished_at: finished } = crawl
  const took = finished == null ? null : formatMilliseconds(Date.parse(String(finished)) - Date.parse(String(started)))

  return [text('scan'), text('crawl_id'), text('network'), text('state'), text('started_at'), took, text('discovered'), text('contacted'), text('dht_servers')]
}
