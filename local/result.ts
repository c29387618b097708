import { defined } from '../core/defined.ts'
import { databaseName } from './database.ts'
import { durationSecondsOf, unreachableByOutcome } from './summary.ts'
import type { FoundBy } from '../consumer/store/model/found-by.ts'
import type { Crawl, CrawlFinding } from '../core/contracts/crawl.ts'
import type { StoreConfig } from '../core/contracts/process-config.ts'
import type { BackupReport } from './backup/backup-watch.ts'
import type { DevnetTruth } from './devnet/truth.ts'

/** The last crawl of a scan that has ended. */
export interface ScanResult {
  /** Name of the scan. */
  scan: string

  crawl: Crawl

  /** Why the crawl is of no use, if it is not. */
  problem?: CrawlFinding

  /** What part of the network it missed, if known. */
  warning?: CrawlFinding

  /** Peers by who found them, from ten minutes before the crawl to its end; only with a passive node. */
  foundBy?: FoundBy
}

/** The result of a run. */
export interface RunResult {
  /** The last crawl of each scan that has ended, in the order of the manifest. */
  scans: readonly ScanResult[]

  /** The database. */
  store: StoreConfig

  /** Path of the newest dump file, or null. */
  dump: string | null

  /** What became of the backups; absent where none are asked for. */
  backup?: BackupReport

  /** The truth about the practice network, if one was crawled. */
  devnet: DevnetTruth | undefined
}

/** The result as one JSON object: the first scan at the top level, all of them in `scans`. */
export function resultJson ({ scans, store, dump, backup, devnet }: RunResult): Record<string, unknown> {
  const all = scans.map(({ scan, ...result }) => ({ scan, ...scanJson(result) }))
  const first = scans[0] === undefined ? { crawl: null, population: null } : scanJson(scans[0])

  return { ...first, scans: all, database: databaseName(store), dump, ...defined({ backup, devnet }) }
}

/** {@link scanJson} */
export interface ScanJson extends Pick<ScanResult, 'problem' | 'warning'> { crawl: Record<string, unknown>, population: Record<string, unknown> | null }

/** The result of one scan, as a part of a JSON object. */
export function scanJson ({ crawl, foundBy, problem, warning }: Omit<ScanResult, 'scan'>): ScanJson {
  const { network, crawlId, strategy, state, startedAt, finishedAt = null, disturbed = null, lostMs = null } = crawl
  const { totals, distributions, latencyMs = null, latencyErrorMs = null } = crawl

  return {
    crawl: { network, crawlId, strategy, state, startedAt, finishedAt, durationSeconds: durationSecondsOf(crawl), disturbed, lostMs },
    population: totals === undefined
      ? null
      : {
          discovered: totals.discovered,
          contacted: totals.contacted,
          dhtServers: totals.dhtServers,
          unreachable: Object.fromEntries(unreachableByOutcome(totals)),
          outcomes: totals.outcomes,
          latencyMs,
          latencyErrorMs,
          ...defined({ foundBy }),
          ...distributions
        },
    ...defined({
      problem,
      warning
    })
  }
}
