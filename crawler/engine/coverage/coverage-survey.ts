// The sample of a Census: when no peer waits for a visit, some of the contacted ones are asked for another bucket.
// What they mention tells how many peers the crawl missed; peers that it missed are visited like any others.
import { isContacted, isDhtServer } from '../../../core/contracts/outcome.ts'
import { DEEPEST_BUCKET } from '../../dht/kad-key.ts'
import { estimateCoverage } from './estimate-coverage.ts'
import type { QueryPlan } from '../../dht/visit-target.ts'
import type { VisitResult } from '../../visit/visitor.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'
import type { Frontier } from '../frontier/frontier.ts'
import type { CoverageResult } from './estimate-coverage.ts'

/** Fewest peers of a sample, if as many were contacted. */
const FEWEST_SAMPLED = 200

/** Share of the contacted peers in a sample of a large network. */
const SAMPLED_SHARE = 0.02

/** A bucket of a routing table, as go-libp2p and Kademlia have it. */
const BUCKET_SIZE = 20

/** A bucket that a peer is asked for, after its visit. */
export interface SampleQuestion { peer: FrontierPeer, bucket: number }

export interface CoverageSurveyDeps {
  frontier: Pick<Frontier, 'peers' | 'find' | 'found'>

  /** The queries of a peer's visit. */
  planOf: (id: Uint8Array) => QueryPlan

  /** In [0, 1). */
  random: () => number
}

/** Asks a sample of the contacted peers for another bucket, and estimates the coverage. */
export class CoverageSurvey {
  readonly #deps: CoverageSurveyDeps
  #questions: SampleQuestion[] | undefined
  #before = new Set<FrontierPeer>()
  readonly #mentioned = new Set<FrontierPeer>()
  #sampled = 0
  #answered = 0

  /** Buckets of all tables, and those that the visits asked for. */
  #cells = { all: 0, asked: 0 }

  constructor (deps: CoverageSurveyDeps) {
    this.#deps = deps
  }

  /** Whether the sample was drawn. */
  get hasBegun (): boolean {
    return this.#questions !== undefined
  }

  /** Whether all questions were taken. */
  get isOver (): boolean {
    return this.#questions?.length === 0
  }

  /** The next question; the first call draws the sample. Call it when no peer waits for a visit. */
  take (): SampleQuestion | undefined {
    this.#questions ??= this.#draw()

    return this.#questions.pop()
  }

  /** Records an answer, once the frontier has learnt the peers in it. */
  note ({ routingTable }: VisitResult): void {
    if (routingTable === undefined || routingTable.queries === routingTable.failed) {
      return
    }

    this.#answered++

    for (const { id } of routingTable.peers) {
      const peer = this.#deps.frontier.find(id)

      if (peer !== undefined) {
        this.#mentioned.add(peer)
      }
    }
  }

  /** The coverage, once the peers that the sample mentioned were visited. */
  result (): CoverageResult {
    const before = this.#before
    const contactable = [...this.#deps.frontier.peers()].filter(isContactable)
    const mentioned = contactable.filter(peer => this.#mentioned.has(peer))

    return estimateCoverage({
      before: before.size,
      since: contactable.filter(peer => !before.has(peer)).length,
      byMentions: countByMentions(contactable),
      askedShare: (this.#cells.asked + this.#answered) / Math.max(1, this.#cells.all),
      mentioned: mentioned.length,
      found: mentioned.filter(peer => before.has(peer)).length,
      sampled: this.#sampled,
      questions: this.#answered
    })
  }

  #draw (): SampleQuestion[] {
    const { frontier, planOf } = this.#deps
    const buckets = bucketsInUse(frontier.found)
    const contacted = [...frontier.peers()].filter(isContactable)
    const answering = contacted.filter(({ outcome }) => outcome === 'ok')
    const askedOf = new Map(answering.map(peer => [peer, bucketsOf(planOf(peer.id)).filter(bucket => bucket < buckets)]))
    const size = Math.min(answering.length, Math.max(FEWEST_SAMPLED, Math.ceil(SAMPLED_SHARE * answering.length)))
    const sample = this.#shuffled(answering, size)
    const questions = sample.flatMap(peer => this.#questionFor(peer, buckets, askedOf.get(peer) ?? []) ?? [])
    this.#before = new Set(contacted)
    this.#cells = { all: answering.length * buckets, asked: [...askedOf.values()].reduce((sum, asked) => sum + asked.length, 0) }
    this.#sampled = questions.length

    return questions
  }

  #questionFor (peer: FrontierPeer, buckets: number, asked: readonly number[]): SampleQuestion | undefined {
    const others = Array.from({ length: buckets }, (_, bucket) => bucket).filter(bucket => !asked.includes(bucket))
    const bucket = others[Math.floor(this.#deps.random() * others.length)]

    return bucket === undefined ? undefined : { peer, bucket }
  }

  // The first steps of a Fisher-Yates shuffle.
  #shuffled (peers: readonly FrontierPeer[], size: number): FrontierPeer[] {
    const all = [...peers]

    return Array.from({ length: size }, (_, i) => {
      const at = i + Math.floor(this.#deps.random() * (all.length - i))
      const [chosen, other] = [all[at], all[i]] as [FrontierPeer, FrontierPeer]
      all[at] = other
      all[i] = chosen

      return chosen
    })
  }
}

/**
 * Buckets that are not wholly contained in an answer with the 20 closest peers: in a network of N peers about log2(N /
 * 20), and one more because peers are not spread evenly.
 */
function bucketsInUse (found: number): number {
  return Math.min(DEEPEST_BUCKET, Math.max(0, Math.ceil(Math.log2(found / BUCKET_SIZE)))) + 1
}

function bucketsOf (plan: QueryPlan): number[] {
  return plan.strategy === 'Census' ? [plan.bucket, plan.secondBucket].filter(bucket => bucket !== undefined) : []
}

// Clients do not stand in routing tables: a crawl cannot find them, and they say nothing about its coverage.
function isContactable ({ outcome }: FrontierPeer): boolean {
  return outcome !== undefined && isContacted(outcome) && isDhtServer(outcome) !== false
}

// Peers that stand among the closest of any peer are found by the first question to it, whatever is asked besides.
function countByMentions (peers: readonly FrontierPeer[]): number[] {
  const counts: number[] = []

  for (const { source, isClosest, mentions } of peers) {
    if (source === 'routing-table' && !isClosest && mentions > 0) {
      counts[mentions] = (counts[mentions] ?? 0) + 1
    }
  }

  return Array.from(counts, (count?: number) => count ?? 0)
}
