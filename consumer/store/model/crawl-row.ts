// From a crawl message to its row and its aggregates, and back. All columns come from one message:
// the one that says most (finished over aborted over started), and among equals the later; so the
// order in which the messages of a crawl arrive does not matter.
import { hash } from 'node:crypto'
import { defined } from '../../../core/defined.ts'
import { safeText } from './safe-text.ts'
import { compareBytes } from './safe-text.ts'
import { fromStoreTime, toStoreTime } from './store-time.ts'
import type { Crawl, Distribution } from '../../../core/contracts/crawl.ts'

/** States in the order of what they know. */
const STATE_RANK = { started: 0, aborted: 1, finished: 2 } as const

/** State of a crawl. */
export type CrawlState = keyof typeof STATE_RANK

/** Columns that hold a count of the totals, with the field that each holds. */
export const TOTAL_COLUMNS = {
  discovered: 'discovered',
  visited: 'visited',
  contacted: 'contacted',
  dht_servers: 'dhtServers',
  unpublished: 'unpublished',
  refused_peers: 'refusedPeers'
} as const

/** Columns that hold a measure of a crawl beside its totals. */
export const MEASURE_COLUMNS = [
  'latency_p50_ms',
  'latency_p90_ms',
  'latency_p99_ms',
  'latency_error_p50_ms',
  'latency_error_p90_ms',
  'latency_error_p99_ms',
  'disturbed',
  'lost_ms'
] as const

/** Values of {@link MEASURE_COLUMNS}. */
export function measuresOf ({ latencyMs, latencyErrorMs, disturbed, lostMs }: Pick<CrawlRow, 'latencyMs' | 'latencyErrorMs' | 'disturbed' | 'lostMs'>): (number | null)[] {
  const quantiles = [latencyMs, latencyErrorMs].flatMap(measured => [measured?.p50 ?? null, measured?.p90 ?? null, measured?.p99 ?? null])

  return [...quantiles, disturbed === null ? null : Number(disturbed), lostMs]
}

/** What the values of {@link MEASURE_COLUMNS} mean. */
export function measuresFrom (columns: Record<typeof MEASURE_COLUMNS[number], unknown>): Pick<CrawlRow, 'latencyMs' | 'latencyErrorMs' | 'disturbed' | 'lostMs'> {
  const { disturbed, lost_ms: lostMs } = columns

  return {
    latencyMs: quantilesOf(columns.latency_p50_ms, columns.latency_p90_ms, columns.latency_p99_ms),
    latencyErrorMs: quantilesOf(columns.latency_error_p50_ms, columns.latency_error_p90_ms, columns.latency_error_p99_ms),
    disturbed: disturbed === null ? null : Number(disturbed) === 1,
    lostMs: lostMs === null ? null : Number(lostMs)
  }
}

function quantilesOf (p50: unknown, p90: unknown, p99: unknown): LatencyQuantiles | null {
  return p50 === null ? null : { p50: Number(p50), p90: Number(p90), p99: Number(p99) }
}

/** Dimensions of the aggregates that are distributions, with the field that each holds. */
const DISTRIBUTION_DIMENSIONS = {
  agent_version: 'agentVersions',
  protocol: 'protocols',
  transport: 'transports',
  listen_transport: 'listenTransports',
  address_family: 'addressFamilies'
} as const

/** One count of one crawl. */
export interface AggregateRow {
  dimension: 'outcome' | keyof typeof DISTRIBUTION_DIMENSIONS

  /** Whether it sums up the values that are not listed; `value` is empty then. */
  isOther: boolean

  value: string
  count: number
}

/** Round-trip times of a crawl, in milliseconds. */
interface LatencyQuantiles { p50: number, p90: number, p99: number }

/** A crawl as the database keeps it; times as there. */
export interface CrawlRow {
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

  /** How much shorter they may have been. */
  latencyErrorMs: LatencyQuantiles | null

  /** Whether the crawling process stood still, and for how long; null where the message does not say. */
  disturbed: boolean | null
  lostMs: number | null

  aggregates: readonly AggregateRow[]

  /** Of all of the above. */
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
    aggregates: aggregatesOf(crawl)
  }

  return { ...row, digest: hash('sha256', JSON.stringify(row), 'hex') }
}

/** What decides between two messages of one crawl. */
export type CrawlPrecedence = Pick<CrawlRow, 'reportedState' | 'startedAt' | 'finishedAt' | 'digest'>

/** Whether `a` says more about a crawl than `b`. */
export function supersedes (a: CrawlPrecedence, b: CrawlPrecedence): boolean {
  const byRank = STATE_RANK[a.reportedState] - STATE_RANK[b.reportedState]
  const byTime = compareBytes(a.finishedAt ?? a.startedAt, b.finishedAt ?? b.startedAt)

  return byRank !== 0 ? byRank > 0 : byTime !== 0 ? byTime > 0 : a.digest > b.digest
}

/** The state of a crawl: its own last word, or aborted when it never ended and a later crawl of its scan exists. */
export function effectiveState (reported: CrawlState, hasLater: boolean): CrawlState {
  return reported === 'started' && hasLater ? 'aborted' : reported
}

/** A crawl as a message again, with its effective state. */
export function crawlOf ({ totals, latencyMs, latencyErrorMs, disturbed, lostMs, aggregates, ...row }: CrawlRow, state: CrawlState): Crawl {
  const outcomes = Object.fromEntries(aggregates.filter(({ dimension }) => dimension === 'outcome').map(({ value, count }) => [value, count]))
  const { discovered, visited, contacted, dht_servers: dhtServers, unpublished, refused_peers: refusedPeers } = totals ?? {}

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
      totals: totals === null ? undefined : { discovered, visited, contacted, dhtServers, unpublished, refusedPeers, outcomes } as NonNullable<Crawl['totals']>,
      distributions: aggregates.some(({ isOther }) => isOther) ? distributionsOf(aggregates) : undefined,
      latencyMs: latencyMs ?? undefined,
      latencyErrorMs: latencyErrorMs ?? undefined,
      disturbed: disturbed ?? undefined,
      lostMs: lostMs ?? undefined
    })
  }
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

  const dimensions = Object.entries(DISTRIBUTION_DIMENSIONS) as [keyof typeof DISTRIBUTION_DIMENSIONS, keyof NonNullable<Crawl['distributions']>][]

  return [...outcomes, ...dimensions.flatMap(([dimension, field]) => distributionRows(dimension, distributions[field]))].sort(compareAggregates)
}

// Texts that become equal when they are made safe count as one.
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

  return {
    agentVersions: distribution('agent_version'),
    protocols: distribution('protocol'),
    transports: distribution('transport'),
    // Crawlers before this one did not count it.
    ...defined({ listenTransports: aggregates.some(({ dimension }) => dimension === 'listen_transport') ? distribution('listen_transport') : undefined }),
    addressFamilies: distribution('address_family')
  }
}
