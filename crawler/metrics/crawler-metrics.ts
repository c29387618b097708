import { isContacted, OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import { openCounter, openGauge, openHistogram, readCounter, readGauge } from '../../core/metrics/open-metric.ts'
import { readAddress } from '../address/address-reader.ts'
import { BUFFER_LIMITS } from '../publish/publisher.ts'
import { CRAWL_METRICS } from './crawl-metric-definitions.ts'
import { LastCrawlMetrics } from './last-crawl-metrics.ts'
import { POPULATION_METRICS } from './population-metric-definitions.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Counter, Histogram, Registry } from '../../core/process/metrics.ts'
import type { CrawlReport, CrawlStatus } from '../engine/crawl-report.ts'
import type { CompletedVisit } from '../engine/population/visit-sink.ts'
import type { PassiveStatus } from '../passive/passive-discovery.ts'
import type { PublishedForm } from '../publish/byte-budget.ts'
import type { PublisherStatus } from '../publish/publisher-status.ts'
import type { CrawlComparison } from './last-crawl-metrics.ts'

/** Sources of the gauges, read at each scrape. */
export interface CrawlerGauges {
  crawl: () => CrawlStatus | undefined
  publisher: () => PublisherStatus

  /** Undefined if there is no passive node. */
  passive: () => PassiveStatus | undefined

  /** Whether no crawl starts or goes on, since the disk of the message log is nearly full. */
  isHeldUp: () => boolean
}

/** What is crawled. */
export interface CrawledScan {
  network: string
  vantage: string | undefined

  /** From the start of one crawl to that of the next; undefined where nothing is crawled. */
  intervalMs: number | undefined

  /** Longest time of one crawl; undefined where nothing is crawled. */
  limitMs?: number | undefined

  /** Label of an agent version: one of at most 20 families of the network, or `other`. */
  agentFamily: (agentVersion: string) => string
}

/** The crawler's metrics. Labels come from closed sets: outcomes, lanes, transports, agent families. */
export class CrawlerMetrics {
  readonly #agentFamily: CrawledScan['agentFamily']
  readonly #visits: Counter<'outcome' | 'lane' | 'transport'>
  readonly #sightings: Counter<'source' | 'transport' | 'outcome'>
  readonly #dials: Counter<'outcome' | 'transport'>
  readonly #visitSeconds: Histogram
  readonly #roundTripSeconds: Histogram
  readonly #crawlSeconds: Histogram
  readonly #crawls: Counter<'end'>
  readonly #agents: Counter<'agent_family'>
  readonly #watchdog: Counter
  readonly #stalls: Counter
  readonly #lostSeconds: Counter
  readonly #disturbed: Counter
  readonly #repeated: Counter
  readonly #publishSeconds: Histogram
  readonly #published: Counter
  readonly #shortened: Counter<'form'>
  readonly #lastCrawl: LastCrawlMetrics
  readonly #confirmations: Counter<'result'>
  readonly #leftOut: Counter

  // When the last crawl began that ended, in epoch seconds.
  #lastStart: number | undefined

  // Of the crawl in progress.
  readonly #crawlAgents = new Map<string, number>()

  constructor (registry: Registry, scan: CrawledScan, gauges: CrawlerGauges) {
    this.#agentFamily = scan.agentFamily
    this.#visits = openCounter(registry, CRAWL_METRICS.visits)
    this.#sightings = openCounter(registry, CRAWL_METRICS.sightings)
    this.#dials = openCounter(registry, CRAWL_METRICS.dials)
    this.#visitSeconds = openHistogram(registry, CRAWL_METRICS.visitSeconds)
    this.#roundTripSeconds = openHistogram(registry, POPULATION_METRICS.roundTrip)
    this.#crawlSeconds = openHistogram(registry, CRAWL_METRICS.crawlSeconds)
    this.#crawls = openCounter(registry, CRAWL_METRICS.crawls)
    this.#agents = openCounter(registry, POPULATION_METRICS.identified)
    this.#watchdog = openCounter(registry, CRAWL_METRICS.watchdogCuts)
    this.#stalls = openCounter(registry, CRAWL_METRICS.stalls)
    this.#lostSeconds = openCounter(registry, CRAWL_METRICS.lostSeconds)
    this.#disturbed = openCounter(registry, CRAWL_METRICS.disturbed)
    this.#repeated = openCounter(registry, CRAWL_METRICS.repeated)
    this.#publishSeconds = openHistogram(registry, CRAWL_METRICS.publishSeconds)
    this.#published = openCounter(registry, CRAWL_METRICS.published)
    this.#shortened = openCounter(registry, CRAWL_METRICS.shortened)
    this.#confirmations = openCounter(registry, CRAWL_METRICS.confirmations)
    this.#leftOut = openCounter(registry, CRAWL_METRICS.confirmationsLeftOut)
    this.#lastCrawl = new LastCrawlMetrics(registry, scan.network)
    addScan(registry, scan)
    addCrawlGauges(registry, gauges, () => this.#lastStart)
    addPassiveGauges(registry, gauges)
    addPublisherGauges(registry, gauges)
    this.#startAtZero()
  }

  /** Records a completed visit. */
  onVisit (visit: CompletedVisit): void {
    const { result, discoveryType } = visit
    this.#noteSighting(visit)
    this.#noteVisit(result)
    this.#visitSeconds.observe(result.durationMs / 1_000)
    this.#noteConfirmation(visit)

    for (const { address, outcome } of result.attempts) {
      this.#dials.inc({ outcome, transport: readAddress(address)?.transport ?? 'other' })
    }
    if (result.latencyMs !== undefined && isContacted(result.outcome)) {
      this.#roundTripSeconds.observe(result.latencyMs / 1_000)
    }
    if (result.identity !== undefined) {
      this.#noteAgent(this.#agentFamily(result.identity.agentVersion ?? ''), discoveryType)
    }
  }

  #noteConfirmation ({ source, result: { outcome } }: CompletedVisit): void {
    if (source === 'confirmation') {
      this.#confirmations.inc({ result: isContacted(outcome) ? 'contacted' : 'failed' })
    }
  }

  #noteVisit ({ outcome, lane, connection }: CompletedVisit['result']): void {
    this.#visits.inc({ outcome, lane: lane ?? 'none', transport: transportOf(outcome, connection) })
  }

  #noteSighting ({ discoveryType, source, result: { connection, outcome } }: CompletedVisit): void {
    if (discoveryType === 'passive') {
      this.#sightings.inc({ source: source === 'mdns' ? source : 'inbound', transport: transportOf(outcome, connection), outcome })
    }
  }

  #noteAgent (family: string, discoveryType: CompletedVisit['discoveryType']): void {
    this.#agents.inc({ agent_family: family })

    if (discoveryType === 'active') {
      this.#crawlAgents.set(family, (this.#crawlAgents.get(family) ?? 0) + 1)
    }
  }

  /** Records a completed crawl. */
  onCrawl (report: CrawlReport, comparison: CrawlComparison = {}): void {
    const { end, startedAtMs, finishedAtMs, watchdogCuts, stalls, lostMs, repeatedVisits } = report
    this.#lastStart = startedAtMs / 1_000
    this.#crawls.inc({ end })
    this.#crawlSeconds.observe((finishedAtMs - startedAtMs) / 1_000)
    this.#watchdog.inc(watchdogCuts)
    this.#stalls.inc(stalls)
    this.#disturbed.inc(lostMs > 0 ? 1 : 0)
    this.#repeated.inc(repeatedVisits)
    this.#lastCrawl.onCrawl(report, this.#crawlAgents, comparison)
    this.#leftOut.inc(report.confirmationsLeftOut)
    this.#crawlAgents.clear()
  }

  /** Records a standstill of this process during a crawl. */
  onLost (lostMs: number): void {
    this.#lostSeconds.inc(lostMs / 1_000)
  }

  /** Records the form in which a visit was published. */
  onForm (form: PublishedForm): void {
    if (form !== 'whole') {
      this.#shortened.inc({ form })
    }
  }

  /** Records a batch that the bus acknowledged. */
  onPublished (messages: number, durationMs: number): void {
    this.#published.inc(messages)
    this.#publishSeconds.observe(durationMs / 1_000)
  }

  // Start at zero, so that a rate exists before the first event.
  #startAtZero (): void {
    for (const outcome of OUTCOME_NAMES) {
      this.#visits.inc({ outcome, lane: 'fast', transport: isContacted(outcome) ? 'tcp' : 'none' }, 0)
      this.#dials.inc({ outcome, transport: 'tcp' }, 0)
    }
    for (const end of ['complete', 'max-duration', 'aborted'] as const) {
      this.#crawls.inc({ end }, 0)
    }
    for (const result of ['contacted', 'failed'] as const) {
      this.#confirmations.inc({ result }, 0)
    }
    for (const form of ['short', 'none'] as const) {
      this.#shortened.inc({ form }, 0)
    }
  }
}

// A connection that never stood is none.
function transportOf (outcome: Outcome, connection: CompletedVisit['result']['connection']): string {
  return isContacted(outcome) ? connection?.transport ?? 'none' : 'none'
}

function addScan (registry: Registry, { network, vantage = '', intervalMs, limitMs }: CrawledScan): void {
  openGauge(registry, CRAWL_METRICS.scanInfo).set({ network, vantage }, 1)
  readGauge(registry, CRAWL_METRICS.interval, () => intervalMs === undefined ? undefined : intervalMs / 1_000)
  readGauge(registry, CRAWL_METRICS.limit, () => limitMs === undefined ? undefined : limitMs / 1_000)
}

function addCrawlGauges (registry: Registry, { crawl, isHeldUp }: CrawlerGauges, lastStart: () => number | undefined): void {
  readGauge(registry, CRAWL_METRICS.running, () => crawl() === undefined ? 0 : 1)
  readGauge(registry, CRAWL_METRICS.startedAt, () => crawl()?.crawlId ?? lastStart())
  readGauge(registry, CRAWL_METRICS.waiting, () => crawl()?.waitingForSink === true || isHeldUp() ? 1 : 0)
  readGauge(registry, CRAWL_METRICS.queued, () => crawl()?.queued ?? 0)
  readGauge(registry, CRAWL_METRICS.inFlight, () => crawl()?.inFlight ?? 0)
  readGauge(registry, CRAWL_METRICS.slots, () => crawl()?.slots ?? 0)
}

function addPassiveGauges (registry: Registry, { passive }: CrawlerGauges): void {
  readGauge(registry, CRAWL_METRICS.passiveConnections, () => passive()?.connections ?? 0)
  readGauge(registry, CRAWL_METRICS.passiveTable, () => passive()?.routingTable ?? 0)
  readCounter(registry, CRAWL_METRICS.refusedSightings, () => passive()?.refusedSightings ?? 0)
}

function addPublisherGauges (registry: Registry, { publisher }: CrawlerGauges): void {
  readGauge(registry, CRAWL_METRICS.bufferedMessages, () => publisher().buffered)
  readGauge(registry, CRAWL_METRICS.bufferedBytes, () => publisher().bufferedBytes)
  readGauge(registry, CRAWL_METRICS.mostMessages, () => BUFFER_LIMITS.messages)
  readGauge(registry, CRAWL_METRICS.mostBytes, () => BUFFER_LIMITS.bytes)
  readGauge(registry, CRAWL_METRICS.outage, () => publisher().outage === undefined ? 0 : 1)
  readCounter(registry, CRAWL_METRICS.refusedMessages, () => publisher().refused)
  readCounter(registry, CRAWL_METRICS.publishRetries, () => publisher().retries)
}
