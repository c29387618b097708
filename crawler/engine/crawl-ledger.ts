import { isContacted } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import { Confirmations } from './confirmation/confirmations.ts'
import { CrawlCoverage } from './coverage/crawl-coverage.ts'
import { CrawlTally } from './crawl-tally.ts'
import { UnqueriedPeers } from './frontier/unqueried-peers.ts'
import { isGone } from './population/gone-peers.ts'
import { PopulationProfile } from './population/population-profile.ts'
import { population } from './population/population.ts'
import { queryPlan } from './query-plan.ts'
import { RateMeter } from './rate-meter.ts'
import { seededFrontier } from './seeded-frontier.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { Confirmation } from './confirmation/confirmations.ts'
import type { AskedPeer } from './coverage/crawl-coverage.ts'
import type { CoverageResult } from './coverage/estimate-coverage.ts'
import type { ConfirmationCounts, CrawlOptions, CrawlReport, CrawlSeeds, CrawlStatus, CrawlTroubles } from './crawl-report.ts'
import type { FrontierPeer } from './frontier/frontier-peer.ts'
import type { Frontier, FrontierDeps } from './frontier/frontier.ts'
import type { KnownPeer } from './frontier/known-peer.ts'
import type { SpokenProtocols } from './frontier/unqueried-peers.ts'
import type { CompletedVisit } from './population/visit-sink.ts'

export interface CrawlLedgerDeps extends FrontierDeps {
  clock: Clock

  /** The network's protocols, as learnt by visits; absent if the visitor does not report them. */
  protocols?: SpokenProtocols

  /** In [0, 1); draws the sample of the coverage. @default Math.random */
  random?: () => number
}

/** A visit to make. */
export interface PlannedVisit extends AskedPeer {
  /** Present if the visit checks a failure. */
  confirmation?: Confirmation
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
  readonly coverage: CrawlCoverage
  readonly #resting: readonly KnownPeer[]
  readonly #confirmations: Confirmations
  readonly #keepsGone: boolean
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

  constructor (deps: CrawlLedgerDeps, options: CrawlOptions, seeds: CrawlSeeds) {
    const { confirmAfterMs = [], maxPeers } = options
    this.#clock = deps.clock
    this.#options = options
    this.#profile = new PopulationProfile(deps)
    this.#unqueried = new UnqueriedPeers(deps.protocols)
    this.#protocols = deps.protocols
    this.#startedAtMs = deps.clock.now()
    this.#sinceMs = deps.clock.monotonic()
    this.#rate = new RateMeter(this.#sinceMs)
    this.#keepsGone = confirmAfterMs.length > 0
    this.#confirmations = new Confirmations(deps.clock, { confirmAfterMs, maxPeers })
    const { frontier, resting } = seededFrontier(deps, { maxPeers, keepsGone: this.#keepsGone, nowMs: this.#startedAtMs }, seeds)
    this.frontier = frontier
    this.#resting = resting
    const { strategy, crawlNumber, asksThird } = options
    this.coverage = new CrawlCoverage({ frontier, planOf: id => queryPlan(strategy, crawlNumber, id, asksThird), random: deps.random ?? Math.random }, options)
  }

  /** How long the crawl has been running. */
  get elapsedMs (): number {
    return this.#clock.monotonic() - this.#sinceMs
  }

  /** Whether no peer waits for a visit. Only for a crawl without visits in flight. */
  get isComplete (): boolean {
    return this.frontier.queued === 0 && this.#confirmations.isOver(this.#tally.visits) && this.coverage.isOver
  }

  /** The next visit; its peer is in flight from now on. A failure to be checked comes first: there are few of them, and their time has come. */
  next (): PlannedVisit | undefined {
    const confirmation = this.#confirmations.take(this.#tally.visits)

    if (confirmation !== undefined) {
      this.frontier.start(confirmation.peer)
      return confirmation
    }

    const peer = this.frontier.take()

    return peer === undefined ? this.coverage.next() : { peer }
  }

  /** Takes a visit back that must be repeated because of a standstill. */
  putBack ({ peer, confirmation }: PlannedVisit): void {
    this.frontier.putBack(peer, confirmation !== undefined)

    if (confirmation !== undefined) {
      this.#confirmations.putBack(peer)
    }
  }

  /** Records a visit that ended: counts it and adds the peers in its routing table. */
  enter ({ peer, confirmation }: PlannedVisit, result: VisitResult): LedgerEntry {
    const { outcome, routingTable } = result
    const isCounted = peer.outcome !== undefined && isContacted(peer.outcome)
    this.#tally.count(outcome, peer.outcome)
    const visit: CompletedVisit = {
      crawlId: this.#options.crawlId,
      discoveryType: 'active',
      ...confirmation === undefined
        ? { source: peer.source, attempt: peer.attempt === 2 ? 2 : 1 }
        : { source: 'confirmation', attempt: confirmation.number === 2 ? 4 : 3 },
      id: peer.id,
      addresses: peer.addresses.list(),
      result
    }
    this.frontier.complete(peer, outcome, contactOf(peer, result))
    this.#confirmations.note(peer, result)

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
      unconfirmed: this.#confirmations.waiting,
      ...this.#confirmationCounts(),
      found,
      refused,
      byOutcome: this.#tally.byOutcome(),
      visitsPerSecond: this.#rate.perSecond(this.#clock.monotonic(), this.#tally.visits)
    }
  }

  report (): Omit<CrawlReport, 'end' | keyof CoverageResult | keyof CrawlTroubles> {
    const { found, refused: refusedPeers } = this.frontier
    const { crawlId, strategy, maxPeers } = this.#options
    const peers = [...this.frontier.peers()]
    const gone = this.#keepsGone ? peers.filter(isOnlyRemembered) : []
    const [latencyMs, latencyErrorMs] = [this.#profile.latencyMs(), this.#profile.latencyErrorMs()]
    const spoken = this.#protocols?.candidates()

    return {
      crawlId,
      strategy,
      startedAtMs: this.#startedAtMs,
      finishedAtMs: this.#clock.now(),
      totals: this.#tally.totals({ discovered: found - gone.length, refusedPeers }, gone.flatMap(({ outcome }) => outcome ?? [])),
      gonePeers: gone.filter(({ outcome }) => outcome !== undefined).length,
      bootstrapPeers: peers.filter(({ source, outcome }) => source === 'bootstrap' && outcome !== undefined && isContacted(outcome)).length,
      ...this.#confirmationCounts(),
      thirdQuestion: this.#options.asksThird ?? false,
      distributions: this.#profile.distributions(),
      ...defined({
        latencyMs,
        kad: spoken === undefined ? undefined : { spoken, answering: this.#answering, others: this.#unqueried.others() },
        latencyErrorMs
      }),
      population: population({ peers, resting: this.#resting, maxPeers, keepsGone: this.#keepsGone, nowMs: this.#clock.now() })
    }
  }

  // A crawl that ended leaves out whatever still waits.
  #confirmationCounts (): ConfirmationCounts {
    const { made, leftOut, waiting } = this.#confirmations

    return { confirmations: made, confirmationsLeftOut: leftOut + waiting }
  }
}

// A peer that was never dialled with success cannot be missed: it came to the passive node, and may not be reachable.
function contactOf ({ known }: FrontierPeer, { connection, lane, startedAtMs }: VisitResult): Parameters<Frontier['complete']>[2] {
  const isReachable = lane !== 'passive' || known?.contactedAtMs !== undefined

  return connection === undefined ? undefined : { address: connection.address, ...defined({ atMs: isReachable ? startedAtMs : undefined }) }
}

// The totals describe the network of this crawl: a gone peer belongs to it only if another peer announces it, or if it is back.
function isOnlyRemembered ({ known, announced, source, outcome }: FrontierPeer): boolean {
  return known !== undefined && isGone(known) && !announced && source === 'known' && (outcome === undefined || !isContacted(outcome))
}
