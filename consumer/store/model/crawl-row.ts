// From a crawl message to its row and its aggregates, and back. All columns come from one message:
// a finished one before an aborted one before a started one, and among equals the latest. So the order
// in which the messages of a crawl arrive does not matter.
import { hash } from 'node:crypto'
import { defined } from '../../../core/defined.ts'
import { keysOf } from '../../../core/record-keys.ts'
import { coverageFieldsOf, coverageRowOf, FINDING_COLUMNS, findingsOf } from './crawl-coverage.ts'
import { compareBytes, safeText } from './safe-text.ts'
import { fromStoreTime, toStoreTime } from './store-time.ts'
import type { Crawl, Distribution } from '../../../core/contracts/crawl.ts'
import type { CoverageRow } from './crawl-coverage.ts'

/** States; a message with a higher number wins. */
const STATE_RANK = { started: 0, aborted: 1, finished: 2 } as const

/** State of a crawl. */
export type CrawlState = keyof typeof STATE_RANK

/** Columns of the totals, with the field of each. */
export const TOTAL_COLUMNS = {
  discovered: 'discovered',
  visited: 'visited',
  contacted: 'contacted',
  dht_servers: 'dhtServers',
  unpublished: 'unpublished',
  refused_peers: 'refusedPeers'
} as const

/** Columns of further measures of a crawl. */
export const MEASURE_COLUMNS = [
  'latency_p50_ms',
  'latency_p90_ms',
  'latency_p99_ms',
  'latency_error_p50_ms',
  'latency_error_p90_ms',
  'latency_error_p99_ms',
  'disturbed',
  'lost_ms',
  ...FINDING_COLUMNS
] as const

/** Values of {@link MEASURE_COLUMNS}. */
export function measuresOf ({ latencyMs, latencyErrorMs, disturbed, lostMs, ...row }: Pick<CrawlRow, 'latencyMs' | 'latencyErrorMs' | 'disturbed' | 'lostMs' | keyof CoverageRow>): (number | null)[] {
  const quantiles = [latencyMs, latencyErrorMs].flatMap(measured => [measured?.p50 ?? null, measured?.p90 ?? null, measured?.p99 ?? null])

  return [...quantiles, disturbed === null ? null : Number(disturbed), lostMs, ...findingsOf(row)]
}

/** Dimensions of the aggregates that are distributions, with the field of each. */
const DISTRIBUTION_DIMENSIONS = {
  agent_version: 'agentVersions',
  protocol: 'protocols',
  transport: 'transports',
  listen_transport: 'listenTransports',
  address_family: 'addressFamilies',
  country: 'countries',
  as_number: 'systems',
  cloud: 'clouds',
  place_source: 'placeSources'
} as const

/** All dimensions of the aggregates. */
export const DIMENSIONS = ['outcome', ...keysOf(DISTRIBUTION_DIMENSIONS)] as const

/** One count of one crawl. */
export interface AggregateRow {
  dimension: typeof DIMENSIONS[number]

  /** Whether it is the sum of all values that are not listed; `value` is empty then. */
  isOther: boolean

  value: string
  count: number
}

/** Round-trip times of a crawl, in milliseconds. */
export interface LatencyQuantiles { p50: number, p90: number, p99: number }

/** A crawl as a row; times as in the database. */
export interface CrawlRow extends CoverageRow {
  scan: string
  crawlId: number
  network: string
  vantage: string | null
  strategy: Crawl['strategy']
  reportedState: CrawlState
  startedAt: string
  finishedAt: string | null
  totals: Record<keyof typeof TOTAL_COLUMNS, number> | null
  latencyMs: LatencyQuantiles | null

  /** By how much the true times may be shorter. */
  latencyErrorMs: LatencyQuantiles | null

  /** Whether the crawler's process was suspended, and for how long; null where the message does not say. */
  disturbed: boolean | null
  lostMs: number | null

  aggregates: readonly AggregateRow[]

  /** Hash of all fields above. */
  digest: string
}

/** The row of one crawl message. */
export function crawlRowOf (crawl: Crawl): CrawlRow {
  const row = {
    scan: crawl.scan,
    crawlId: crawl.crawlId,
    network: safeText(crawl.network),
    vantage: crawl.vantage === undefined ? null : safeText(crawl.vantage),
    strategy: crawl.strategy,
    reportedState: crawl.state,
    startedAt: toStoreTime(crawl.startedAt),
    finishedAt: crawl.finishedAt === undefined ? null : toStoreTime(crawl.finishedAt),
    totals: totalsOf(crawl),
    latencyMs: crawl.latencyMs ?? null,
    latencyErrorMs: crawl.latencyErrorMs ?? null,
    disturbed: crawl.disturbed ?? null,
    lostMs: crawl.lostMs ?? null,
    ...coverageRowOf(crawl),
    aggregates: aggregatesOf(crawl)
  }

  return { ...row, digest: hash('sha256', JSON.stringify(row), 'hex') }
}

/** The fields that decide between two messages of one crawl. */
export type CrawlPrecedence = Pick<CrawlRow, 'reportedState' | 'startedAt' | 'finishedAt' | 'digest'>

/** Whether message `a` replaces message `b` of the same crawl. */
export function supersedes (a: CrawlPrecedence, b: CrawlPrecedence): boolean {
  const byRank = STATE_RANK[a.reportedState] - STATE_RANK[b.reportedState]
  const byTime = compareBytes(a.finishedAt ?? a.startedAt, b.finishedAt ?? b.startedAt)

  return byRank !== 0 ? byRank > 0 : byTime !== 0 ? byTime > 0 : a.digest > b.digest
}

/** The state of a crawl: the reported one, or aborted when it never ended and a later crawl of its scan exists. */
export function effectiveState (reported: CrawlState, hasLater: boolean): CrawlState {
  return reported === 'started' && hasLater ? 'aborted' : reported
}

/** The message of a crawl, with its effective state. */
export function crawlOf ({ totals, latencyMs, latencyErrorMs, disturbed, lostMs, aggregates, ...row }: CrawlRow, state: CrawlState): Crawl {
  const outcomes = Object.fromEntries(aggregates.filter(({ dimension }) => dimension === 'outcome').map(({ value, count }) => [value, count]))

  return {
    version: 1,
    scan: row.scan,
    network: row.network,
    ...defined({ vantage: row.vantage ?? undefined }),
    crawlId: row.crawlId,
    strategy: row.strategy,
    state,
    startedAt: fromStoreTime(row.startedAt),
    ...defined({
      finishedAt: row.finishedAt === null ? undefined : fromStoreTime(row.finishedAt),
      totals: totals === null ? undefined : { ...totalsFrom(totals), outcomes },
      distributions: aggregates.some(({ isOther }) => isOther) ? distributionsOf(aggregates) : undefined,
      latencyMs: latencyMs ?? undefined,
      latencyErrorMs: latencyErrorMs ?? undefined,
      disturbed: disturbed ?? undefined,
      lostMs: lostMs ?? undefined
    }),
    ...coverageFieldsOf(row)
  }
}

function totalsFrom (totals: NonNullable<CrawlRow['totals']>): Omit<NonNullable<Crawl['totals']>, 'outcomes'> {
  const { discovered, visited, contacted, dht_servers: dhtServers, unpublished, refused_peers: refusedPeers } = totals

  return { discovered, visited, contacted, dhtServers, unpublished, refusedPeers }
}

function totalsOf ({ totals }: Crawl): CrawlRow['totals'] {
  if (totals === undefined) {
    return null
  }

  const { discovered, visited, contacted, dhtServers, unpublished, refusedPeers } = totals

  return { discovered, visited, contacted, dht_servers: dhtServers, unpublished, refused_peers: refusedPeers }
}

function aggregatesOf ({ totals, distributions }: Crawl): AggregateRow[] {
  const outcomes = Object.entries(totals?.outcomes ?? {}).map(([value, count]) => ({ dimension: 'outcome' as const, isOther: false, value, count }))

  if (distributions === undefined) {
    return outcomes.sort(compareAggregates)
  }

  const counts = keysOf(DISTRIBUTION_DIMENSIONS).flatMap(dimension => distributionRows(dimension, distributions[DISTRIBUTION_DIMENSIONS[dimension]]))

  return [...outcomes, ...counts].sort(compareAggregates)
}

// Values that are equal after `safeText` count as one.
function distributionRows (dimension: AggregateRow['dimension'], distribution: Distribution | undefined): AggregateRow[] {
  if (distribution === undefined) {
    return []
  }

  const { top, other } = distribution
  const counts = new Map<string, number>()

  for (const { value, count } of top) {
    const safe = safeText(value)
    counts.set(safe, (counts.get(safe) ?? 0) + count)
  }

  return [...[...counts].map(([value, count]) => ({ dimension, isOther: false, value, count })), { dimension, isOther: true, value: '', count: other }]
}

function compareAggregates (a: AggregateRow, b: AggregateRow): number {
  return compareBytes(a.dimension, b.dimension) || Number(a.isOther) - Number(b.isOther) || b.count - a.count || compareBytes(a.value, b.value)
}

function distributionsOf (aggregates: readonly AggregateRow[]): NonNullable<Crawl['distributions']> {
  const distribution = (wanted: AggregateRow['dimension']): Distribution => {
    const rows = aggregates.filter(({ dimension }) => dimension === wanted)

    return {
      top: rows.filter(({ isOther }) => !isOther).sort(compareAggregates).map(({ value, count }) => ({ value, count })),
      other: rows.find(({ isOther }) => isOther)?.count ?? 0
    }
  }

  // Older crawlers do not count these, and crawlers without place files no places.
  const counted = (wanted: AggregateRow['dimension']): Distribution | undefined => aggregates.some(({ dimension }) => dimension === wanted) ? distribution(wanted) : undefined

  return {
    agentVersions: distribution('agent_version'),
    protocols: distribution('protocol'),
    transports: distribution('transport'),
    addressFamilies: distribution('address_family'),
    ...defined({ listenTransports: counted('listen_transport'), countries: counted('country'), systems: counted('as_number'), clouds: counted('cloud'), placeSources: counted('place_source') })
  }
}
