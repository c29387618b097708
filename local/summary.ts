import { COVERAGE_GAPS } from '../core/contracts/coverage.ts'
import { isContacted, OUTCOMES } from '../core/contracts/outcome.ts'
import { cutApart } from '../core/text/cut-apart.ts'
import { escapeControlChars } from '../core/text/escape-control-chars.ts'
import { formatMilliseconds } from '../core/time/duration.ts'
import { formatCount, formatShare, wrap } from './text.ts'
import type { FoundBy } from '../consumer/store/model/found-by.ts'
import type { Crawl, CrawlFinding, CrawlTotals, Distribution } from '../core/contracts/crawl.ts'
import type { Outcome } from '../core/contracts/outcome.ts'

/** The contents of a summary. */
export interface SummaryInput {
  /** Name of the scan. */
  scan: string

  /** A crawl that has ended, from the database. */
  crawl: Crawl

  /** Why the crawl is of no use, if it is not. */
  problem?: CrawlFinding | undefined

  /** What part of the network it missed, if known. */
  warning?: CrawlFinding | undefined

  /** Peers by who found them; only with a passive node. */
  foundBy?: FoundBy | undefined

  /** The database: the path of its file, or its URL. */
  database: string

  /** A shell command that queries it. */
  queryCommand: (sql: string) => string

  /** Path of the newest dump file, or null; undefined where nothing is known of dumps. */
  dump: string | null | undefined

  /** Lines about the backups; only where they are made. */
  backup?: readonly string[]

  /** Width of the terminal in characters. */
  columns: number
}

const ROWS = 8
const NONE: Distribution = { top: [], other: 0 }
const BAR_WIDTH = 24
const LABEL_WIDTH = 34
const MIN_LABEL_WIDTH = 12

// Width of a row without label and bar: margins, count and share.
const FIGURES_WIDTH = 20
const TEXT_WIDTH = 100

/** Peers that were not contacted, by outcome, the most frequent first. */
export function unreachableByOutcome (totals: CrawlTotals): [Outcome, number][] {
  return (Object.entries(totals.outcomes) as [Outcome, number][]).filter(([outcome]) => !isContacted(outcome)).sort(([, a], [, b]) => b - a)
}

/** How long a crawl took, in seconds. */
export function durationSecondsOf ({ startedAt, finishedAt }: Crawl): number {
  return finishedAt === undefined ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
}

/** The summary of one crawl, for a person: values as wide as the terminal allows. */
export function summaryLines ({ scan, crawl, problem, warning, foundBy, database, queryCommand, dump, backup = [], columns }: SummaryInput): string[] {
  const { totals, distributions } = crawl

  if (totals === undefined || distributions === undefined) {
    return [`${scan}: the crawl was ${crawl.state} before it had any counts`]
  }
  const layout = layoutFor(Object.values(distributions), columns)

  return [
    '',
    `Crawl of ${crawl.network} by scan ${scan}: ${crawl.state} in ${formatMilliseconds(durationSecondsOf(crawl) * 1_000)} (${crawl.strategy})`,
    '',
    ...populationLines(totals),
    ...coverageLines(crawl),
    ...findingLines('Problem', problem),
    ...findingLines('Warning', warning),
    ...foundByLines(foundBy),
    ...distributionLines('Agents', distributions.agentVersions, { whole: totals.contacted, ...layout }),
    ...distributionLines('Protocols', distributions.protocols, { whole: totals.contacted, ...layout }),
    ...distributionLines('Transports of our connections', distributions.transports, { whole: totals.contacted, ...layout }),
    ...distributionLines('Transports that peers announce', distributions.listenTransports, { whole: totals.contacted, ...layout }),
    ...distributionLines('Address families', distributions.addressFamilies, { whole: totals.contacted, ...layout }),
    ...distributionLines('Countries', distributions.countries, { whole: totals.contacted, ...layout }),
    ...distributionLines('Autonomous systems', distributions.systems, { whole: totals.contacted, ...layout }),
    ...distributionLines('Clouds', distributions.clouds, { whole: totals.contacted, ...layout }),
    ...placeSourceLines(distributions.placeSources),
    ...latencyLines(crawl),
    ...disturbanceLines(crawl),
    ...confirmationLines(crawl),
    `Database     ${database}`,
    ...dump === undefined ? [] : [`Dump         ${dump ?? '(none: the manifest does not set consumer.dump.enabled)'}`],
    ...backup,
    '',
    'Try:',
    `  ${queryCommand('SELECT agent_version, COUNT(*) AS peers FROM node_info GROUP BY 1 ORDER BY 2 DESC')}`
  ]
}

// The licences of the files ask for their names wherever the places are shown.
function placeSourceLines ({ top, other }: Distribution = NONE): string[] {
  const files = new Set(top.flatMap(({ value }) => escapeControlChars(value).split(', ')))

  return files.size === 0 ? [] : [...wrap(`Places by ${[...files].sort().join(', ')}${other > 0 ? ' and others' : ''}`, TEXT_WIDTH), '']
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
    ? [`Disturbed    the crawler stood still for ${formatMilliseconds(lostMs)}; it visited the peers of that time again`, '']
    : []
}

function confirmationLines ({ confirmations = 0, confirmationsLeftOut = 0 }: Crawl): string[] {
  const leftOut = confirmationsLeftOut === 0 ? '' : `; ${formatCount(confirmationsLeftOut)} failures were not checked as often as intended`

  return confirmations + confirmationsLeftOut === 0 ? [] : [`Confirmed    ${formatCount(confirmations)} visits checked failures of peers contacted before${leftOut}`, '']
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
  return finding === undefined ? [] : [`${title} (${finding.code})`, ...wrap(escapeControlChars(finding.message), TEXT_WIDTH - 2).map(line => `  ${line}`), '']
}

function foundByLines (foundBy: FoundBy | undefined): string[] {
  if (foundBy === undefined) {
    return []
  }

  const { active, passive, both } = foundBy
  const row = (label: string, n: number): string => `  ${label.padEnd(24)} ${formatCount(n).padStart(9)}`

  return ['Found by', row('the crawl alone', active), row('passive discovery alone', passive), row('both', both), '']
}

/** Widths of the columns of a list of values, in characters. */
interface Layout { labelWidth: number, barWidth: number }

// One layout for all lists. Long labels use the width that figures and bars leave; in a narrow terminal the bars shrink first.
function layoutFor (distributions: readonly (Distribution | undefined)[], columns: number): Layout {
  const longest = Math.max(...distributions.flatMap(one => labelsOf(one?.top ?? [])).map(label => Array.from(label).length), LABEL_WIDTH)
  const room = columns - FIGURES_WIDTH
  const barWidth = Math.max(0, Math.min(BAR_WIDTH, room - LABEL_WIDTH))

  return { labelWidth: Math.max(MIN_LABEL_WIDTH, Math.min(longest, room - barWidth)), barWidth }
}

function labelsOf (top: Distribution['top']): string[] {
  return top.slice(0, ROWS).map(({ value }) => escapeControlChars(value) || '(empty)')
}

function distributionLines (title: string, distribution: Distribution | undefined, { whole, labelWidth, barWidth }: Layout & { whole: number }): string[] {
  const { top, other } = distribution ?? NONE

  if (top.length === 0) {
    return []
  }

  const rest = other + top.slice(ROWS).reduce((sum, { count }) => sum + count, 0)
  const largest = top[0]?.count ?? 1
  const labels = cutApart(labelsOf(top), labelWidth)
  const label = (text: string, count: number): string => `  ${text.padEnd(labelWidth)} ${formatCount(count).padStart(7)}`
  const row = (count: number, i: number): string => `${label(labels[i] ?? '', count)} ${formatShare(count, whole).padStart(6)}  ${'▇'.repeat(Math.round(barWidth * count / largest))}`.trimEnd()

  return [
    title,
    ...top.slice(0, ROWS).map(({ count }, i) => row(count, i)),
    // If a peer has several values, the values of the rest overlap: their sum is not a share of the peers.
    ...rest > 0 ? [label(`${String(Math.max(0, top.length - ROWS))} others`, rest)] : [],
    ''
  ]
}

/** What share of the network a crawl found, for a person; nothing for a crawl that did not ask for it. */
export function coverageLines ({ coverage, coverageGap, thirdQuestion }: Crawl): string[] {
  const third = thirdQuestion === true ? ['  each peer was asked a third question, since an earlier crawl found less than 99 %'] : []

  if (coverage !== undefined) {
    const { share, low, high, sampled } = coverage

    return [`Coverage     ${percent(share)} of the network (95 % interval: ${percent(low)} to ${percent(high)}, by ${String(sampled)} more questions)`, ...third, '']
  }

  return coverageGap === undefined || coverageGap === 'not-asked' ? [] : [`Coverage     not estimable: ${COVERAGE_GAPS[coverageGap]}`, ...third, '']
}

// Never rounded up to 100 %: the difference is what the line is about.
function percent (share: number): string {
  return `${share === 1 ? '100' : (Math.floor(share * 1_000) / 10).toFixed(1)} %`
}
