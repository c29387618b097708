import { markdownTable } from '../markdown-table.ts'
import type { Coverage } from '../../../core/contracts/coverage.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { CrawlCase } from './crawl-case.ts'

/** Counts of a crawling process. */
export interface CrawlCounts {
  contacted: number

  /** Peers by the outcome of their last visit. */
  outcomes: Partial<Record<Outcome, number>>

  /** FIND_NODE requests. */
  requests: number

  /** Visits, those for the estimate of the coverage included. */
  visits: number

  /** What the crawl says about its coverage. */
  coverage?: Coverage | undefined

  seconds: number

  /** CPU time of the crawl. */
  cpuMs: number

  /** CPU time before it. */
  startCpuMs: number

  rssMb: number
}

/** The cost of one crawl. */
export interface CrawlFigures {
  /** Peers contacted for each second of the crawl. */
  peersPerSecond: number

  /** CPU time of the whole crawling process, user and system and V8's threads, from the first dial on, for each peer contacted. */
  cpuMsPerPeer: number

  /** CPU time of the process before the first dial, which is paid once however many crawls follow: loading modules and tables of keys. */
  startCpuMs: number

  /**
   * CPU time of the crawl for each millisecond of the answering processes. They do the other half of the same work on the same machine at the
   * same time, so this ratio can be compared between runs on a noisy machine.
   */
  cpuToServers: number

  /** FIND_NODE requests for each peer contacted. */
  requestsPerPeer: number

  /** Visits, of peers that do not answer as well, for each peer contacted. */
  visitsPerPeer: number

  /** Share of the answering peers that were contacted. */
  foundShare: number

  /** The crawl's own estimate of that share; NaN without one. */
  coverage: number

  /** From the first dial until the last visit is acknowledged by the bus. */
  seconds: number

  /** Peak of the crawling process's resident memory. */
  rssMb: number
}

/** A case and the median of its crawls. */
export interface CaseResult {
  case: CrawlCase
  runs: CrawlFigures[]
  median: CrawlFigures
}

/** The reference for a crawl: the peers that answer, and the CPU time of the processes that answered. */
export interface CrawlReference { contactable: number, serversCpuMs: number }

/** The figures of one crawl. */
export function figuresOf (counts: CrawlCounts, { contactable, serversCpuMs }: CrawlReference): CrawlFigures {
  const { contacted, requests, visits, coverage, seconds, cpuMs, startCpuMs, rssMb } = counts

  return {
    peersPerSecond: contacted / seconds,
    cpuMsPerPeer: cpuMs / contacted,
    startCpuMs,
    cpuToServers: cpuMs / serversCpuMs,
    requestsPerPeer: requests / contacted,
    visitsPerPeer: visits / contacted,
    foundShare: contacted / contactable,
    coverage: coverage?.share ?? Number.NaN,
    seconds,
    rssMb
  }
}

const HEAD = [
  ...['lane', 'strategy', 'peers', 'addresses', 'dead', 'weak', 'questions', 'sample', 'CPU-ms/peer', 'of servers'],
  ...['peers/s', 'requests/peer', 'visits/peer', 'found', 'coverage', 'seconds', 'ratio', 'RSS MB']
]

/** A table of medians. The ratio of seconds is to the first row of the same run. */
export function formatTable (results: readonly CaseResult[]): string {
  const reference = results[0]?.median
  const rows = results.map(({ case: { lane, strategy, peers, addresses, dead, weak, questions, sample }, median }) => [
    lane,
    strategy,
    String(peers),
    String(addresses),
    `${String(Math.round(dead * 100))} %`,
    weak.length === 0 ? 'none' : weak.join(', '),
    strategy === 'Census' ? String(questions) : '–',
    strategy === 'Census' && sample ? 'yes' : 'no',
    median.cpuMsPerPeer.toFixed(2),
    median.cpuToServers.toFixed(2),
    median.peersPerSecond.toFixed(0),
    median.requestsPerPeer.toFixed(2),
    median.visitsPerPeer.toFixed(3),
    median.foundShare.toFixed(4),
    Number.isNaN(median.coverage) ? '–' : median.coverage.toFixed(4),
    median.seconds.toFixed(1),
    (median.seconds / (reference?.seconds ?? 1)).toFixed(2),
    median.rssMb.toFixed(0)
  ])

  return markdownTable(HEAD, rows)
}
