import { CoverageSurvey } from './coverage-survey.ts'
import type { QueryPlan, Strategy } from '../../dht/visit-target.ts'
import type { VisitResult } from '../../visit/visitor.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'
import type { Frontier } from '../frontier/frontier.ts'
import type { CoverageResult } from './estimate-coverage.ts'

/** A visit of a peer, or a question to it. */
export interface AskedPeer {
  peer: FrontierPeer

  /** Present if the peer belongs to the sample of the coverage: it is asked for this bucket only, and nothing is published. */
  sampledBucket?: number
}

/** Settings of the sample. */
export interface CoverageOptions {
  strategy: Strategy

  /** Most peers of the crawl. */
  maxPeers: number

  /** Whether a Census asks a sample of its peers for another bucket. @default false */
  asksSample?: boolean
}

export interface CrawlCoverageDeps {
  frontier: Frontier

  /** The queries of a peer's visit. */
  planOf: (id: Uint8Array) => QueryPlan

  /** In [0, 1); draws the sample. */
  random: () => number
}

/** The questions of one crawl, and the share of the network that they found. */
export class CrawlCoverage {
  readonly #deps: CrawlCoverageDeps
  readonly #maxPeers: number
  readonly #survey: CoverageSurvey | undefined

  constructor (deps: CrawlCoverageDeps, { strategy, maxPeers, asksSample = false }: CoverageOptions) {
    this.#deps = deps
    this.#maxPeers = maxPeers
    this.#survey = asksSample && strategy === 'Census' ? new CoverageSurvey(deps) : undefined
  }

  /** Whether all questions of the sample were asked, or none will be. */
  get isOver (): boolean {
    return this.#survey?.isOver !== false
  }

  /** The queries of a visit. */
  planOf ({ peer: { id }, sampledBucket }: AskedPeer): QueryPlan {
    return sampledBucket === undefined ? this.#deps.planOf(id) : { strategy: 'Sample', bucket: sampledBucket }
  }

  /** The next question of the sample. It is drawn once no visit is left: until then the crawl may still find peers by itself. */
  next (): AskedPeer | undefined {
    const survey = this.#survey
    const question = survey?.hasBegun === true || this.#deps.frontier.inFlight === 0 ? survey?.take() : undefined

    return question === undefined ? undefined : { peer: question.peer, sampledBucket: question.bucket }
  }

  /** Records the answer to a question of the sample: peers that it mentions are visited like any others. */
  enter ({ peer }: AskedPeer, result: VisitResult): void {
    if (result.routingTable !== undefined) {
      this.#deps.frontier.learn(peer, result.routingTable)
    }

    this.#survey?.note(result)
  }

  /** The coverage of a crawl that ended, or why there is none. @param isComplete whether no visit was left */
  result (isComplete: boolean): CoverageResult {
    if (this.#survey === undefined) {
      return { coverageGap: 'not-asked' }
    }
    if (!isComplete) {
      return { coverageGap: 'ended-early' }
    }

    return this.#deps.frontier.found >= this.#maxPeers ? { coverageGap: 'peer-limit' } : this.#survey.result()
  }
}
