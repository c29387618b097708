import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { databaseName, queryCommand } from '../../local/database.ts'
import { newestDump } from '../../local/files/newest-dump.ts'
import { scanJson } from '../../local/result.ts'
import { summaryLines } from '../../local/summary.ts'
import { formatCount } from '../../local/text.ts'
import { terminalColumns } from '../output/terminal-columns.ts'
import { writeOut } from '../output/write-out.ts'
import { openToRead } from '../source/open-source.ts'
import { scanNames } from './scan-names.ts'
import type { FoundBy } from '../../consumer/store/model/found-by.ts'
import type { NodeStore, StoreSummary } from '../../consumer/store/model/node-store.ts'
import type { Crawl } from '../../core/contracts/crawl.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `summary`. */
export interface SummaryOptions extends SourceOptions {
  scan?: string
  json: boolean
}

/** The last finished crawl of a scan. */
interface ScanSummary {
  scan: string
  crawl: Crawl

  /** Present if passive discovery found any peer. */
  foundBy?: FoundBy
}

/** The crawl may be preceded by crawls that failed. */
const CRAWLS = 100

/** Passive sightings belong to windows of ten minutes, in seconds. */
const PASSIVE_WINDOW_S = 600

/** Prints the last crawl of each scan of the store that the options choose. */
export async function printSummary (options: SummaryOptions, signal: AbortSignal): Promise<void> {
  const { store, source } = await openToRead(options)
  await using _ = store
  const names = await scanNames(store)

  if (options.scan !== undefined && !names.includes(options.scan)) {
    throw new ProbeError('PP_CONFIG_INVALID', `--scan: there is no crawl of ${options.scan}; scans: ${names.join(', ')}`)
  }

  const scans: ScanSummary[] = []
  for (const scan of options.scan === undefined ? names : [options.scan]) {
    scans.push(...await lastCrawl(store, scan))
  }

  const stored = await store.summary()
  const database = databaseName(source.store)
  const dump = source.dumpFolder === undefined ? undefined : newestDump(source.dumpFolder)

  if (options.json) {
    const all = scans.map(({ scan, ...result }) => ({ scan, ...scanJson(result) }))
    await writeOut(`${JSON.stringify({ database, stored, scans: all, ...defined({ dump: dump ?? undefined }) })}\n`, signal)
  } else {
    const ask = (sql: string): string => queryCommand(source.store, database, sql)
    const lines = scans.flatMap(scan => summaryLines({ ...scan, database, queryCommand: ask, dump, columns: terminalColumns() }))
    await writeOut(`${[...lines.length === 0 ? ['no crawl has finished yet'] : lines, '', ...storedLines(stored)].join('\n')}\n`, signal)
  }
}

async function lastCrawl (store: NodeStore, scan: string): Promise<ScanSummary[]> {
  const crawl = (await store.crawls(scan, CRAWLS)).find(({ state }) => state === 'finished')

  if (crawl === undefined) {
    return []
  }

  const { crawlId, startedAt, finishedAt = startedAt } = crawl
  const foundBy = await store.foundBy(scan, { from: crawlId - PASSIVE_WINDOW_S, to: Date.parse(finishedAt) / 1_000 })

  return [{ scan, crawl, ...defined({ foundBy: foundBy.passive + foundBy.both > 0 ? foundBy : undefined }) }]
}

function storedLines ({ nodes, addresses, visits, crawls, networks }: StoreSummary): string[] {
  return [
    `Stored       ${formatCount(nodes)} peers, ${formatCount(addresses)} addresses, ${formatCount(visits)} visits, ${formatCount(crawls)} crawls`,
    ...networks.map(({ network, nodes: met }) => `  ${escapeControlChars(network)}: ${formatCount(met)} peers`)
  ]
}
