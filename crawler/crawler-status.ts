import { isContacted } from '../core/contracts/outcome.ts'
import { diagnose } from './engine/crawl-diagnosis.ts'
import { timestamp } from './publish/message-context.ts'
import type { Outcome } from '../core/contracts/outcome.ts'
import type { CrawlerStatus } from '../core/contracts/status.ts'
import type { DiskProblem } from '../core/disk/disk-watch.ts'
import type { AnsweredRequest } from './crawl-requests.ts'
import type { CrawlReport, CrawlStatus } from './engine/crawl-report.ts'
import type { PassiveStatus } from './passive/passive-discovery.ts'
import type { PublisherStatus } from './publish/publisher-status.ts'

export interface CrawlerState {
  scan: string
  network: string
  crawl: CrawlStatus | undefined
  lastCrawl: CrawlReport | undefined

  /** Milliseconds until the next crawl; undefined while one runs. */
  dueInMs: number | undefined

  /** The last request for which a crawl has started. */
  answeredRequest?: AnsweredRequest | undefined

  publisher: PublisherStatus

  /** Undefined while all disks have room. */
  disk?: DiskProblem | undefined

  /** Undefined if there is no passive node. */
  passive?: PassiveStatus | undefined

  nowMs: number
}

/** The response of `/status`. */
export function crawlerStatus ({ scan, network, crawl, lastCrawl, dueInMs, answeredRequest, publisher, passive, disk, nowMs }: CrawlerState): CrawlerStatus {
  return {
    scan,
    network,
    crawl: crawl === undefined ? null : progressOf(crawl, nowMs),
    lastCrawl: lastCrawl === undefined ? null : endOf(lastCrawl, network),
    nextCrawlAt: dueInMs === undefined ? null : timestamp(nowMs + dueInMs),
    crawlNow: answeredRequest ?? null,
    passive: passive ?? null,
    disk: disk === undefined ? null : { code: disk.code, message: disk.message, since: timestamp(disk.sinceMs) },
    publisher: publishingOf(publisher)
  }
}

function publishingOf ({ buffered, published, refused, outage }: PublisherStatus): CrawlerStatus['publisher'] {
  return {
    buffered,
    acknowledged: published,
    lost: refused,
    outage: outage === undefined ? null : { code: outage.code, message: outage.message, since: timestamp(outage.sinceMs) }
  }
}

function progressOf (crawl: CrawlStatus, nowMs: number): NonNullable<CrawlerStatus['crawl']> {
  const { crawlId, found, queued, inFlight, done, unconfirmed, confirmations, byOutcome, elapsedMs, lostMs, visitsPerSecond } = crawl
  const counts = Object.entries(byOutcome) as [Outcome, number][]

  return {
    crawlId,
    startedAt: timestamp(nowMs - elapsedMs),
    found,
    queued,
    inFlight,
    done,
    unconfirmed,
    confirmations,
    contacted: counts.reduce((sum, [outcome, n]) => isContacted(outcome) ? sum + n : sum, 0),
    outcomes: byOutcome,
    elapsedMs,
    lostMs,
    perSecond: visitsPerSecond
  }
}

function endOf (report: CrawlReport, network: string): NonNullable<CrawlerStatus['lastCrawl']> {
  const { crawlId, end, startedAtMs, finishedAtMs, lostMs, totals, confirmations, confirmationsLeftOut, gonePeers } = report
  const { thirdQuestion, coverage = null, coverageGap = null } = report
  const { problem = null, warning = null } = diagnose(report, network)

  return {
    crawlId,
    state: end === 'aborted' ? 'aborted' : 'finished',
    startedAt: timestamp(startedAtMs),
    finishedAt: timestamp(finishedAtMs),
    durationSeconds: (finishedAtMs - startedAtMs) / 1_000,
    disturbed: lostMs > 0,
    lostMs,
    totals,
    confirmations,
    confirmationsLeftOut,
    gonePeers,
    coverage,
    coverageGap,
    thirdQuestion,
    problem,
    warning
  }
}
