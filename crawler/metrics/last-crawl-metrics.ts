// The gauges of the last crawl that was not aborted: one that a stop cut short says nothing of the network.
import { OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import { openGauge } from '../../core/metrics/open-metric.ts'
import { keyspaceOutlier } from '../dht/keyspace-outlier.ts'
import { CRAWL_FINDING_CODES, diagnose } from '../engine/crawl-diagnosis.ts'
import { CRAWL_METRICS } from './crawl-metric-definitions.ts'
import { PlaceGauges } from './place-metrics.ts'
import { POPULATION_METRICS } from './population-metric-definitions.ts'
import type { Distribution } from '../../core/contracts/crawl.ts'
import type { Gauge, Registry } from '../../core/process/metrics.ts'
import type { CrawlReport } from '../engine/crawl-report.ts'
import type { PopulationChange, PopulationOverlap } from '../engine/population/population-change.ts'

/** What is known of a crawl beside its report. */
export interface CrawlComparison {
  /** Undefined for the first one. */
  change?: PopulationChange | undefined

  /** Undefined where there is no passive node. */
  overlap?: PopulationOverlap | undefined
}

/** {@inheritDoc CRAWL_METRICS} */
export class LastCrawlMetrics {
  readonly #network: string
  readonly #population: Gauge<'state'>
  readonly #refused: Gauge
  readonly #gone: Gauge
  readonly #bootstrap: Gauge
  readonly #finding: Gauge<'code'>
  readonly #finishedAt: Gauge
  readonly #seconds: Gauge
  readonly #unpublished: Gauge
  readonly #outcomes: Gauge<'outcome'>
  readonly #agents: Counts<'agent_family'>
  readonly #transports: Counts<'transport'>
  readonly #listening: Counts<'transport'>
  readonly #families: Counts<'family'>
  readonly #places: PlaceGauges
  readonly #otherProtocols: Gauge
  readonly #outlier: Gauge
  readonly #coverage: Record<'share' | 'low' | 'high', Gauge>
  readonly #thirdQuestion: Gauge
  readonly #changed: Gauge<'change'>
  readonly #seen: Gauge<'by'>

  /** @param network name of the network that is crawled */
  constructor (registry: Registry, network: string) {
    this.#network = network
    this.#population = openGauge(registry, CRAWL_METRICS.population)
    this.#refused = openGauge(registry, CRAWL_METRICS.refusedPeers)
    this.#gone = openGauge(registry, CRAWL_METRICS.gonePeers)
    this.#bootstrap = openGauge(registry, CRAWL_METRICS.bootstrap)
    this.#finding = openGauge(registry, CRAWL_METRICS.finding)
    this.#finishedAt = openGauge(registry, CRAWL_METRICS.finishedAt)
    this.#seconds = openGauge(registry, CRAWL_METRICS.lastDuration)
    this.#unpublished = openGauge(registry, CRAWL_METRICS.unpublished)
    this.#outcomes = openGauge(registry, POPULATION_METRICS.outcomePeers)
    this.#agents = new Counts(openGauge(registry, POPULATION_METRICS.agentPeers), 'agent_family')
    this.#transports = new Counts(openGauge(registry, POPULATION_METRICS.transportPeers), 'transport')
    this.#listening = new Counts(openGauge(registry, POPULATION_METRICS.listenPeers), 'transport')
    this.#families = new Counts(openGauge(registry, POPULATION_METRICS.familyPeers), 'family')
    this.#places = new PlaceGauges(registry)
    this.#otherProtocols = openGauge(registry, POPULATION_METRICS.otherProtocols)
    this.#outlier = openGauge(registry, POPULATION_METRICS.keyspaceOutlier)
    this.#coverage = {
      share: openGauge(registry, POPULATION_METRICS.coverage),
      low: openGauge(registry, POPULATION_METRICS.coverageLow),
      high: openGauge(registry, POPULATION_METRICS.coverageHigh)
    }
    this.#thirdQuestion = openGauge(registry, POPULATION_METRICS.thirdQuestion)
    this.#changed = openGauge(registry, POPULATION_METRICS.changed)
    this.#seen = openGauge(registry, POPULATION_METRICS.seen)
  }

  /** Notes a crawl that ended. @param agents peers that it identified, by family */
  onCrawl (report: CrawlReport, agents: ReadonlyMap<string, number>, comparison: CrawlComparison): void {
    const { end, startedAtMs, finishedAtMs, totals, distributions, kad } = report

    if (end === 'aborted') {
      return
    }

    this.#finishedAt.set(finishedAtMs / 1_000)
    this.#seconds.set((finishedAtMs - startedAtMs) / 1_000)
    this.#population.set({ state: 'discovered' }, totals.discovered)
    this.#population.set({ state: 'visited' }, totals.visited)
    this.#population.set({ state: 'contacted' }, totals.contacted)
    this.#population.set({ state: 'dht_server' }, totals.dhtServers)
    this.#refused.set(totals.refusedPeers)
    this.#gone.set(report.gonePeers)
    this.#bootstrap.set(report.bootstrapPeers)
    this.#unpublished.set(totals.unpublished)
    OUTCOME_NAMES.forEach((outcome) => {
      this.#outcomes.set({ outcome }, totals.outcomes[outcome] ?? 0)
    })
    this.#agents.replace(agents)
    this.#transports.replace(countsOf(distributions.transports))
    this.#listening.replace(countsOf(distributions.listenTransports))
    this.#families.replace(countsOf(distributions.addressFamilies))
    this.#places.replace(distributions)
    this.#otherProtocols.set(kad?.others.wide ?? 0)
    this.#noteCoverage(report)
    this.#noteKeyspace(report)
    this.#noteFindings(report)
    this.#compare(comparison)
  }

  #noteCoverage ({ coverage, thirdQuestion }: CrawlReport): void {
    this.#thirdQuestion.set(thirdQuestion ? 1 : 0)

    for (const bound of ['share', 'low', 'high'] as const) {
      if (coverage === undefined) {
        this.#coverage[bound].remove()
      } else {
        this.#coverage[bound].set(coverage[bound])
      }
    }
  }

  #noteKeyspace ({ population }: CrawlReport): void {
    const outlier = keyspaceOutlier(population.filter(({ failures }) => failures === 0).map(({ id }) => id))

    if (outlier === undefined) {
      this.#outlier.remove()
    } else {
      this.#outlier.set(outlier)
    }
  }

  #noteFindings (report: CrawlReport): void {
    const { problem, warning } = diagnose(report, this.#network)

    CRAWL_FINDING_CODES.forEach((code) => {
      this.#finding.set({ code }, [problem?.code, warning?.code].includes(code) ? 1 : 0)
    })
  }

  #compare ({ change, overlap }: CrawlComparison): void {
    if (change !== undefined) {
      this.#changed.set({ change: 'entered' }, change.entered)
      this.#changed.set({ change: 'left' }, change.left)
    }
    if (overlap !== undefined) {
      this.#seen.set({ by: 'active' }, overlap.active)
      this.#seen.set({ by: 'passive' }, overlap.passive)
      this.#seen.set({ by: 'both' }, overlap.both)
    }
  }
}

// All values of these come from closed sets that are smaller than what a distribution keeps.
function countsOf (distribution: Distribution | undefined): ReadonlyMap<string, number> {
  return new Map(distribution?.top.map(({ value, count }) => [value, count]))
}

/** Counts by one label. What had peers before and has none now stays, with zero: a series that ends is no fall. */
class Counts<L extends string> {
  readonly #gauge: Gauge<L>
  readonly #label: L
  readonly #values = new Set<string>()

  constructor (gauge: Gauge<L>, label: L) {
    this.#gauge = gauge
    this.#label = label
  }

  replace (counts: ReadonlyMap<string, number>): void {
    for (const value of counts.keys()) {
      this.#values.add(value)
    }
    for (const value of this.#values) {
      this.#gauge.set({ [this.#label]: value } as Record<L, string>, counts.get(value) ?? 0)
    }
  }
}
