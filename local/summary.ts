import { isContacted, OUTCOMES } from '../core/contracts/outcome.ts'
import { formatMilliseconds } from '../core/fields.ts'
import { printable } from '../core/printable.ts'
import { fit, formatCount, formatShare, wrap } from './text.ts'
import type { FoundBy } from '../consumer/store/found-by.ts'
import type { Crawl, CrawlFinding, CrawlTotals, Distribution } from '../core/contracts/crawl.ts'
import type { Outcome } from '../core/contracts/outcome.ts'

/** What a summary tells of. */
export interface SummaryInput {
  /** Name of the scan. */
  scan: string

  /** A crawl that has ended, as the database holds it. */
  crawl: Crawl

  /** Why the crawl is of no use, where it is not. */
  problem?: CrawlFinding | undefined

  /** What part of the network it missed, where that is known. */
  warning?: CrawlFinding | undefined

  /** Who found whom; only where there is a passive node. */
  foundBy?: FoundBy | undefined

  /** Where the database is: the path of its file, or its URL. */
  database: string

  /** A shell command that asks it. */
  queryCommand: (sql: string) => string

  /** Path of the newest dump file, or null where none was written. */
  dump: string | null
}

const ROWS = 8
const BAR_WIDTH = 24
const LABEL_WIDTH = 34
const COLUMNS = 100

/** Peers that were not contacted, by outcome, the most frequent first. */
export function unreachableByOutcome (totals: CrawlTotals): [Outcome, number][] {
  return (Object.entries(totals.outcomes) as [Outcome, number][]).filter(([outcome]) => !isContacted(outcome)).sort(([, a], [, b]) => b - a)
}

/** How long a crawl took, in seconds. */
export function durationSecondsOf ({ startedAt, finishedAt }: Crawl): number {
  return finishedAt === undefined ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
}

/** The summary of one crawl, for a person: lines of at most 100 columns. */
export function summaryLines ({ scan, crawl, problem, warning, foundBy, database, queryCommand, dump }: SummaryInput): string[] {
  const { totals, distributions } = crawl

  if (totals === undefined || distributions === undefined) {
    return [`${scan}: the crawl was ${crawl.state} before it counted anything`]
  }

  return [
    '',
    `Crawl of ${crawl.network} by scan ${scan}: ${crawl.state} in ${formatMilliseconds(durationSecondsOf(crawl) * 1_000)} (${crawl.strategy})`,
    '',
    ...populationLines(totals),
    ...findingLines('Problem', problem),
    ...findingLines('Warning', warning),
    ...foundByLines(foundBy),
    ...distributionLines('Agents', distributions.agentVersions, totals.contacted),
    ...distributionLines('Protocols', distributions.protocols, totals.contacted),
    ...distributionLines('Transports announced', distributions.transports, totals.contacted),
    ...distributionLines('Address families', distributions.addressFamilies, totals.contacted),
    ...latencyLines(crawl),
    ...disturbanceLines(crawl),
    `Database     ${database}`,
    `Dump         ${dump ?? '(none: the manifest does not set consumer.dump.enabled)'}`,
    '',
    'Try:',
    `  ${queryCommand('SELECT agent_version, COUNT(*) AS peers FROM node_info GROUP BY 1 ORDER BY 2 DESC')}`
  ]
}

function latencyLines ({ latencyMs, latencyErrorMs }: Crawl): string[] {
  if (latencyMs === undefined) {
    return []
  }

  const text = (quantiles: NonNullable<Crawl['latencyMs']>): string => (['p50', 'p90', 'p99'] as const).map(q => `${q} ${quantiles[q].toFixed(1)} ms`).join(', ')
  const error = latencyErrorMs === undefined ? [] : [`  too long by at most ${text(latencyErrorMs)}: this process was busy`]

  return [`Round trip   ${text(latencyMs)}`, ...error, '']
}

function disturbanceLines ({ disturbed, lostMs = 0 }: Crawl): string[] {
  return disturbed === true
    ? [`Disturbed    the crawler stood still for ${formatMilliseconds(lostMs)}; whom it visited then it visited again`, '']
    : []
}

function populationLines (totals: CrawlTotals): string[] {
  const { discovered, contacted, dhtServers, outcomes } = totals
  const unreachable = unreachableByOutcome(totals)
  const lost = unreachable.reduce((sum, [, n]) => sum + n, 0)
  const row = (label: string, n: number, note = ''): string => `  ${label.padEnd(24)} ${formatCount(n).padStart(9)}  ${note}`.trimEnd()

  return [
    'Population',
    row('discovered', discovered),
    row('contacted', contacted, `${formatShare(contacted, discovered)} of those discovered`),
    row('  DHT servers', dhtServers),
    row('  DHT clients', outcomes.identified ?? 0),
    row('not contacted', lost),
    ...unreachable.map(([outcome, n]) => row(`  ${outcome}`, n, OUTCOMES[outcome].summary)),
    ''
  ]
}

function findingLines (title: string, finding: CrawlFinding | undefined): string[] {
  return finding === undefined ? [] : [`${title} (${finding.code})`, ...wrap(printable(finding.message), COLUMNS - 2).map(line => `  ${line}`), '']
}

function foundByLines (foundBy: FoundBy | undefined): string[] {
  if (foundBy === undefined) {
    return []
  }

  const { active, passive, both } = foundBy
  const row = (label: string, n: number): string => `  ${label.padEnd(24)} ${formatCount(n).padStart(9)}`

  return ['Found by', row('the crawl alone', active), row('passive discovery alone', passive), row('both', both), '']
}

function distributionLines (title: string, { top, other }: Distribution, whole: number): string[] {
  if (top.length === 0) {
    return []
  }

  const rest = other + top.slice(ROWS).reduce((sum, { count }) => sum + count, 0)
  const largest = top[0]?.count ?? 1
  const label = (value: string, count: number): string => `  ${fit(printable(value) || '(empty)', LABEL_WIDTH).padEnd(LABEL_WIDTH)} ${formatCount(count).padStart(7)}`
  const row = (value: string, count: number): string => `${label(value, count)} ${formatShare(count, whole).padStart(6)}  ${'▇'.repeat(Math.round(BAR_WIDTH * count / largest))}`.trimEnd()

  return [
    title,
    ...top.slice(0, ROWS).map(({ value, count }) => row(value, count)),
    // Where a peer has several values, those of the rest overlap: their sum is no share of the peers.
    ...rest > 0 ? [label(`${String(Math.max(0, top.length - ROWS))} others`, rest)] : [],
    ''
  ]
}
