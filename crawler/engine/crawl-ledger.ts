import { isContacted } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import { CrawlTally } from './crawl-tally.ts'
import { Frontier } from './frontier/frontier.ts'
import { UnqueriedPeers } from './frontier/unqueried-peers.ts'
import { PopulationProfile } from './population/population-profile.ts'
import { population } from './population/population.ts'
import { RateMeter } from './rate-meter.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { CrawlOptions, CrawlReport, CrawlSeeds, CrawlStatus, CrawlTroubles } from './crawl-report.ts'
import type { FrontierPeer } from './frontier/frontier-peer.ts'
import type { FrontierDeps } from './frontier/frontier.ts'
import type { SpokenProtocols } from './frontier/unqueried-peers.ts'
import type { CompletedVisit } from './population/visit-sink.ts'

export interface CrawlLedgerDeps extends FrontierDeps {
  clock: Clock

  /** The network's protocols, as learnt by visits; absent if the visitor does not report them. */
  protocols?: SpokenProtocols
}

/** A visit recorded in the ledger. */
export interface LedgerEntry {
  visit: CompletedVisit

  /** Whether the visit is published. Beyond a limit, uncontacted peers are only counted. */
  isPublished: boolean
}

/** The records of one crawl: the peers found, the outcome of each visit, and the properties of the population. */
export class CrawlLedger {
  readonly frontier: Frontier
  readonly #clock: Clock
  readonly #options: CrawlOptions
  readonly #tally = new CrawlTally()
  readonly #profile: PopulationProfile
  readonly #unqueried: UnqueriedPeers
  readonly #protocols: SpokenProtocols | undefined
  readonly #rate: RateMeter
  readonly #startedAtMs: number
  readonly #sinceMs: number
  #answering = 0

  constructor (deps: CrawlLedgerDeps, options: CrawlOptions, { bootstrap, connected, known }: CrawlSeeds) {
    this.frontier = new Frontier(deps, options)
    this.#clock = deps.clock
    this.#options = options
    this.#profile = new PopulationProfile(deps)
    this.#unqueried = new UnqueriedPeers(deps.protocols)
    this.#protocols = deps.protocols
    this.#startedAtMs = deps.clock.now()
    this.#sinceMs = deps.clock.monotonic()
    this.#rate = new RateMeter(this.#sinceMs)

    for (const peer of bootstrap) {
      this.frontier.seed(peer, 'bootstrap')
    }
    for (const peer of connected) {
      this.frontier.seed(peer, 'connected')
    }
    for (const peer of known) {
      this.frontier.seed(peer, 'known', peer)
    }
  }

  /** How long the crawl has been running. */
  get elapsedMs (): number {
    return this.#clock.monotonic() - this.#sinceMs
  }

  /** Records a visit that ended: counts it and adds the peers in its routing table. */
  enter (peer: FrontierPeer, result: VisitResult): LedgerEntry {
    const { outcome, connection, routingTable } = result
    const isCounted = peer.outcome !== undefined && isContacted(peer.outcome)
    this.#tally.count(outcome, peer.outcome)
    const visit: CompletedVisit = {
      crawlId: this.#options.crawlId,
      attempt: peer.attempt === 2 ? 2 : 1,
      discoveryType: 'active',
      source: peer.source,
      id: peer.id,
      addresses: peer.addresses.list(),
      result
    }
    this.frontier.complete(peer, outcome, connection?.address)

    if (routingTable !== undefined) {
      this.#answering += routingTable.queries > routingTable.failed ? 1 : 0
      this.frontier.learn(peer, routingTable)
    }
    if (isContacted(outcome) && !isCounted) {
      this.#profile.add(result)
    }

    for (const other of this.#unqueried.note(peer, result.otherProtocols)) {
      this.frontier.askAgain(other)
    }

    return { visit, isPublished: this.#tally.admits(outcome) }
  }

  /** Samples the visit rate; called once a second. */
  tick (): void {
    this.#rate.sample(this.#clock.monotonic(), this.#tally.visits)
  }

  status (): Omit<CrawlStatus, 'slots' | 'waitingForSink' | keyof CrawlTroubles> {
    const { found, queued, inFlight, done, refused } = this.frontier
    const { crawlId, strategy } = this.#options

    return {
      crawlId,
      strategy,
      elapsedMs: this.elapsedMs,
      queued,
      inFlight,
      done,
      found,
      refused,
      byOutcome: this.#tally.byOutcome(),
      visitsPerSecond: this.#rate.perSecond(this.#clock.monotonic(), this.#tally.visits)
    }
  }

  report (): Omit<CrawlReport, 'end' | keyof CrawlTroubles> {
    const { found: discovered, refused: refusedPeers } = this.frontier
    const { crawlId, strategy, maxPeers } = this.#options
    const [latencyMs, latencyErrorMs] = [this.#profile.latencyMs(), this.#profile.latencyErrorMs()]
    const spoken = this.#protocols?.candidates()

    return {
      crawlId,
      strategy,
      startedAtMs: this.#startedAtMs,
      finishedAtMs: this.#clock.now(),
      totals: this.#tally.totals({ discovered, refusedPeers }),
      distributions: this.#profile.distributions(),
      ...defined({
        latencyMs,
        kad: spoken === undefined ? undefined : { spoken, answering: this.#answering, others: this.#unqueried.others() },
        latencyErrorMs
      }),
      population: population(this.frontier.peers(), maxPeers)
    }
  }
}
