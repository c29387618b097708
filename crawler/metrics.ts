import { isContacted, OUTCOME_NAMES } from '../core/contracts/outcome.ts'
import { Counter, DURATION_BUCKETS_S, Gauge, Histogram } from '../core/process/metrics.ts'
import { readAddress } from './address/address-reader.ts'
import type { Registry } from '../core/process/metrics.ts'
import type { CrawlReport, CrawlStatus } from './engine/crawl-report.ts'
import type { CompletedVisit } from './engine/population/visit-sink.ts'
import type { PassiveStatus } from './passive/passive-discovery.ts'
import type { PublishedForm } from './publish/byte-budget.ts'
import type { PublisherStatus } from './publish/publisher-status.ts'

/** Sources of the gauges, read at each scrape. */
export interface CrawlerGauges {
  crawl: () => CrawlStatus | undefined
  publisher: () => PublisherStatus

  /** Undefined if there is no passive node. */
  passive: () => PassiveStatus | undefined

  /** Label of an agent version: one of at most 20 families of the network, or `other`. */
  agentFamily: (agentVersion: string) => string
}

const CRAWL_BUCKETS_S = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600]

/** The crawler's metrics. Labels come from closed sets: outcomes, lanes, transports, agent families. */
export class CrawlerMetrics {
  readonly #visits: Counter<'outcome' | 'lane' | 'transport'>
  readonly #sightings: Counter<'source' | 'transport' | 'outcome'>
  readonly #attempts: Counter<'outcome' | 'transport'>
  readonly #visitSeconds: Histogram
  readonly #roundTripSeconds: Histogram
  readonly #crawlSeconds: Histogram
  readonly #crawls: Counter<'end'>
  readonly #population: Gauge<'state'>
  readonly #agents: Counter<'agent_family'>
  readonly #watchdog: Counter
  readonly #lostSeconds: Counter
  readonly #disturbed: Counter
  readonly #repeated: Counter
  readonly #publishSeconds: Histogram
  readonly #published: Counter
  readonly #shortened: Counter<'form'>
  readonly #agentFamily: CrawlerGauges['agentFamily']

  constructor (registry: Registry, gauges: CrawlerGauges) {
    const registers = [registry]
    this.#agentFamily = gauges.agentFamily
    this.#visits = new Counter({ name: 'peerprobe_crawler_visits_total', help: 'Visits that ended.', labelNames: ['outcome', 'lane', 'transport'], registers })
    this.#sightings = new Counter({
      name: 'peerprobe_crawler_passive_sightings_total',
      help: 'Peers that came to the passive node, or that it found by multicast DNS, once in ten minutes each.',
      labelNames: ['source', 'transport', 'outcome'],
      registers
    })
    this.#attempts = new Counter({ name: 'peerprobe_crawler_dials_total', help: 'Addresses dialled.', labelNames: ['outcome', 'transport'], registers })
    this.#visitSeconds = new Histogram({ name: 'peerprobe_crawler_visit_duration_seconds', help: 'Duration of visits.', buckets: DURATION_BUCKETS_S, registers })
    this.#roundTripSeconds = new Histogram({ name: 'peerprobe_crawler_round_trip_seconds', help: 'Least round-trip time of each contacted peer.', buckets: DURATION_BUCKETS_S, registers })
    this.#crawlSeconds = new Histogram({ name: 'peerprobe_crawler_crawl_duration_seconds', help: 'Duration of crawls.', buckets: CRAWL_BUCKETS_S, registers })
    this.#crawls = new Counter({ name: 'peerprobe_crawler_crawls_total', help: 'Crawls that ended.', labelNames: ['end'], registers })
    this.#population = new Gauge({ name: 'peerprobe_crawler_population_peers', help: 'Peers of the last crawl.', labelNames: ['state'], registers })
    this.#agents = new Counter({ name: 'peerprobe_crawler_identified_total', help: 'Peers identified.', labelNames: ['agent_family'], registers })
    this.#watchdog = new Counter({ name: 'peerprobe_crawler_watchdog_cuts_total', help: 'Visits that outlived their limit and were told to end.', registers })
    this.#lostSeconds = new Counter({ name: 'peerprobe_crawler_lost_seconds_total', help: 'Time that the process stood still during crawls: stopped, without CPU time, or asleep with its machine.', registers })
    this.#disturbed = new Counter({ name: 'peerprobe_crawler_disturbed_crawls_total', help: 'Crawls that ended and during which the process stood still for more than a second.', registers })
    this.#repeated = new Counter({ name: 'peerprobe_crawler_repeated_visits_total', help: 'Visits repeated, since the process stood still during the first.', registers })
    this.#publishSeconds = new Histogram({ name: 'peerprobe_crawler_publish_duration_seconds', help: 'Time until the bus acknowledged a batch.', buckets: DURATION_BUCKETS_S, registers })
    this.#published = new Counter({ name: 'peerprobe_crawler_messages_published_total', help: 'Messages that the bus acknowledged.', registers })
    this.#shortened = new Counter({ name: 'peerprobe_crawler_shortened_visits_total', help: 'Visits published in short, or not at all, since peers of their subnet or all together said more than a crawl publishes.', labelNames: ['form'], registers })
    addGauges(registers, gauges)

    // Start at zero, so that a rate exists before the first event.
    for (const outcome of OUTCOME_NAMES) {
      this.#visits.inc({ outcome, lane: 'fast', transport: isContacted(outcome) ? 'tcp' : 'none' }, 0)
    }
  }

  /** Records a completed visit. */
  onVisit (visit: CompletedVisit): void {
    const { result } = visit
    this.#noteSighting(visit)
    this.#noteVisit(result)
    this.#visitSeconds.observe(result.durationMs / 1_000)

    for (const { address, outcome } of result.attempts) {
      this.#attempts.inc({ outcome, transport: readAddress(address)?.transport ?? 'other' })
    }
    if (result.latencyMs !== undefined && isContacted(result.outcome)) {
      this.#roundTripSeconds.observe(result.latencyMs / 1_000)
    }
    if (result.identity !== undefined) {
      this.#agents.inc({ agent_family: this.#agentFamily(result.identity.agentVersion ?? '') })
    }
  }

  #noteVisit ({ outcome, lane, connection }: CompletedVisit['result']): void {
    this.#visits.inc({ outcome, lane: lane ?? 'none', transport: connection?.transport ?? 'none' })
  }

  #noteSighting ({ discoveryType, source, result: { connection, outcome } }: CompletedVisit): void {
    if (discoveryType === 'passive') {
      this.#sightings.inc({ source, transport: connection?.transport ?? 'none', outcome })
    }
  }

  /** Records a completed crawl. */
  onCrawl ({ end, startedAtMs, finishedAtMs, totals, watchdogCuts, lostMs, repeatedVisits }: CrawlReport): void {
    this.#crawls.inc({ end })
    this.#crawlSeconds.observe((finishedAtMs - startedAtMs) / 1_000)
    this.#watchdog.inc(watchdogCuts)
    this.#disturbed.inc(lostMs > 0 ? 1 : 0)
    this.#repeated.inc(repeatedVisits)
    this.#population.set({ state: 'discovered' }, totals.discovered)
    this.#population.set({ state: 'contacted' }, totals.contacted)
    this.#population.set({ state: 'dht_server' }, totals.dhtServers)
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
}

function addGauges (registers: Registry[], { crawl, publisher, passive }: CrawlerGauges): void {
  const gauge = (name: string, help: string, read: () => number): Gauge => new Gauge({
    name,
    help,
    registers,
    collect () {
      this.set(read())
    }
  })

  gauge('peerprobe_crawler_frontier_queued_peers', 'Peers that wait to be visited.', () => crawl()?.queued ?? 0)
  gauge('peerprobe_crawler_visits_in_flight', 'Visits in progress.', () => crawl()?.inFlight ?? 0)
  gauge('peerprobe_crawler_visit_slots', 'Visits that may be in progress: as many as the process can serve, at most the concurrency of the scan.', () => crawl()?.slots ?? 0)
  gauge('peerprobe_crawler_passive_connections', 'Connections of the passive node.', () => passive()?.connections ?? 0)
  gauge('peerprobe_crawler_passive_routing_table_peers', 'Peers in the routing table of the passive node.', () => passive()?.routingTable ?? 0)
  gauge('peerprobe_crawler_passive_refused_sightings', 'Sightings that the passive node did not report since its start: there were too many in ten minutes.', () => passive()?.refusedSightings ?? 0)
  gauge('peerprobe_crawler_publisher_buffered_messages', 'Messages not acknowledged yet.', () => publisher().buffered)
  gauge('peerprobe_crawler_publisher_outage', '1 while the bus takes no messages, 0 otherwise.', () => publisher().outage === undefined ? 0 : 1)
  gauge('peerprobe_crawler_publisher_refused_messages', 'Messages left out since the start: the topic refuses them as too large.', () => publisher().refused)
  gauge('peerprobe_crawler_publisher_buffered_bytes', 'Bytes of messages not acknowledged yet.', () => publisher().bufferedBytes)
}
