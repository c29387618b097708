import { ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { newestCrawls } from './list-crawls.ts'
import { scanNames } from './scan-names.ts'
import type { CrawlReader } from './list-crawls.ts'

/** Two crawls of one scan. */
export interface CrawlPair {
  scan: string
  before: number
  after: number
}

/** Crawls among which `latest` and `previous` are looked for, and that an error lists at most. */
const RECENT = 100
const SHOWN = 5

/** The crawls that the arguments name. @throws ProbeError `PP_CONFIG_INVALID` when there is no such scan or crawl */
export async function crawlPair (store: CrawlReader, [before, after]: readonly [string, string], wanted: string | undefined): Promise<CrawlPair> {
  const scan = await onlyScan(store, wanted)
  const recent = await newestCrawls(store, { scan, limit: RECENT })
  const finished = recent.filter(({ state }) => state === 'finished').map(({ crawl_id: id }) => Number(id))
  const find = async (name: string): Promise<number> => {
    const id = name === 'latest' ? finished[0] : name === 'previous' ? finished[1] : /^\d{1,10}$/.test(name) ? Number(name) : undefined
    const isThere = id !== undefined && (await store.query('SELECT 1 AS one FROM crawl WHERE scan = ? AND crawl_id = ?', [scan, id])).length > 0

    if (!isThere) {
      const known = recent.slice(0, SHOWN).map(({ crawl_id: shown }) => String(shown))
      throw new ProbeError('PP_CONFIG_INVALID', `there is no crawl ${escapeControlChars(name)} of ${scan}; the last ones: ${known.join(', ')}`)
    }

    return id
  }

  return { scan, before: await find(before), after: await find(after) }
}

async function onlyScan (store: CrawlReader, wanted: string | undefined): Promise<string> {
  const names = await scanNames(store)
  const found = wanted === undefined && names.length === 1 ? names[0] : names.find(name => name === wanted)

  if (found === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', names.length === 0 ? 'there is no crawl yet' : `give --scan with one of ${names.slice(0, SHOWN).join(', ')}`)
  }

  return found
}
