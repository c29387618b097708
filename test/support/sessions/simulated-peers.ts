// Peers that come and go, and what a crawler sees of them: dials that fail though the peer is there, confirmations, peers that are
// gone and still visited for a day, crawls that are lost, aborted or disturbed, crawls in which so many dials failed that no failure was
// confirmed, and times without any crawl.
import { randomOf } from '../network/simulated-network-random.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Source } from '../../../core/contracts/visit.ts'

const HOUR_MS = 3_600_000

/** What happened to a crawl. A lost one left no message; an unchecked one left all confirmations out. */
type SimulatedState = 'finished' | 'disturbed' | 'aborted' | 'lost' | 'unchecked'

export interface SimulatedCrawl { crawlId: number, state: SimulatedState }

interface SimulatedVisit { crawlId: number, startedAtMs: number, outcome: Outcome, source: Source, attempt: number }

/** A peer: when it was there, and the visits that it got. */
export interface SimulatedPeer { online: { fromMs: number, toMs: number }[], visits: SimulatedVisit[] }

export interface ScheduleOptions {
  /** Start of the first crawl in epoch seconds. */
  fromS: number

  hours: number
  intervalS: number
  seed: number

  /** Share of crawls that are lost, aborted, disturbed and unchecked, each. @default 0.01 */
  troubleShare?: number

  /** Times without crawls, in hours from the start. */
  downtimes?: readonly (readonly [number, number])[]
}

/** The crawls of a crawler. */
export function simulateCrawls ({ fromS, hours, intervalS, seed, troubleShare = 0.01, downtimes = [] }: ScheduleOptions): SimulatedCrawl[] {
  const random = randomOf(seed)
  const count = Math.floor(hours * 3_600 / intervalS)

  return Array.from({ length: count }, (_, i) => i * intervalS).flatMap((after) => {
    const trouble = Math.floor(random() / troubleShare)
    const state = (['lost', 'aborted', 'disturbed', 'unchecked'] as const)[trouble] ?? 'finished'

    return downtimes.some(([from, to]) => after >= from * 3_600 && after < to * 3_600) ? [] : [{ crawlId: fromS + after, state }]
  })
}

export interface PeerOptions {
  seed: number

  /** Medians of the log-normal lengths, in hours. @default 6 and 8 */
  medianHours?: { online: number, offline: number }

  /** Share of dials that fail though the peer is there. @default 0.02 */
  dialFailure?: number

  /** @default true */
  confirms?: boolean
}

/** One peer under a schedule of crawls. */
export function simulatePeer (crawls: readonly SimulatedCrawl[], options: PeerOptions): SimulatedPeer {
  const { seed, medianHours = { online: 6, offline: 8 } } = options
  const random = randomOf(seed)
  const fromMs = (crawls[0]?.crawlId ?? 0) * 1_000
  const online = presence(random, { fromMs, toMs: (crawls.at(-1)?.crawlId ?? 0) * 1_000 + HOUR_MS }, medianHours)
  const crawler = new SimulatedCrawler(random, online, options)

  return { online, visits: crawls.flatMap((crawl, i) => crawler.visit(crawl, i)) }
}

/** What the crawler does with one peer. */
class SimulatedCrawler {
  readonly #random: () => number
  readonly #online: SimulatedPeer['online']
  readonly #dialFailure: number
  readonly #confirms: boolean
  readonly #offsetMs: number
  #turn = 0
  #lastContactMs = -Infinity
  #wasContacted = false

  constructor (random: () => number, online: SimulatedPeer['online'], { dialFailure = 0.02, confirms = true }: PeerOptions) {
    this.#random = random
    this.#online = online
    this.#dialFailure = dialFailure
    this.#confirms = confirms
    this.#offsetMs = Math.floor(random() * 120_000)
  }

  visit ({ crawlId, state }: SimulatedCrawl, turn: number): SimulatedVisit[] {
    const atMs = crawlId * 1_000 + this.#offsetMs
    const isSkipped = !this.#isDue(atMs, turn) || (state === 'aborted' && this.#random() < 0.5)
    const visits = isSkipped ? [] : this.#dial({ crawlId, state }, atMs)

    if (visits.length > 0) {
      this.#wasContacted = visits.at(-1)?.outcome === 'ok'
      this.#lastContactMs = this.#wasContacted ? atMs : this.#lastContactMs
    }

    return state === 'lost' ? [] : visits
  }

  // Others name a peer that is there. One that is gone is visited for an hour, then by every sixth crawl for a day.
  #isDue (atMs: number, turn: number): boolean {
    const goneMs = atMs - this.#lastContactMs

    return this.#isThere(atMs) || goneMs <= HOUR_MS || (goneMs <= 24 * HOUR_MS && turn % 6 === 0)
  }

  #dial ({ crawlId, state }: SimulatedCrawl, atMs: number): SimulatedVisit[] {
    const failure = state === 'disturbed' || state === 'unchecked' ? 0.3 : this.#dialFailure
    const isConfirmed = this.#confirms && this.#wasContacted && state !== 'unchecked'
    const visits: SimulatedVisit[] = []

    for (const { afterMs, source, attempt } of dialsOf(isConfirmed)) {
      const isContacted = this.#isThere(atMs + afterMs) && this.#random() >= failure
      visits.push({ crawlId, startedAtMs: atMs + afterMs, outcome: isContacted ? 'ok' : 'timeout', source, attempt })

      if (isContacted) {
        break
      }
    }

    return visits
  }

  // Times only grow.
  #isThere (atMs: number): boolean {
    while ((this.#online[this.#turn]?.toMs ?? Infinity) < atMs) {
      this.#turn++
    }

    return (this.#online[this.#turn]?.fromMs ?? Infinity) <= atMs
  }
}

interface Dial { afterMs: number, source: Source, attempt: number }

function dialsOf (isConfirmed: boolean): Dial[] {
  const first = { afterMs: 0, source: 'routing-table' as const, attempt: 1 }

  return isConfirmed ? [first, { afterMs: 20_000, source: 'confirmation', attempt: 3 }, { afterMs: 60_000, source: 'confirmation', attempt: 4 }] : [first]
}

interface Span { fromMs: number, toMs: number }

function presence (random: () => number, { fromMs, toMs }: Span, medianHours: { online: number, offline: number }): Span[] {
  const online: Span[] = []
  // The first presence begins before the first crawl.
  let atMs = fromMs - random() * 24 * HOUR_MS
  let isOnline = random() < 0.5

  while (atMs < toMs) {
    const lengthMs = Math.exp(gaussian(random)) * HOUR_MS * (isOnline ? medianHours.online : medianHours.offline)

    if (isOnline) {
      online.push({ fromMs: Math.floor(atMs), toMs: Math.floor(atMs + lengthMs) })
    }
    atMs += lengthMs
    isOnline = !isOnline
  }

  return online
}

// Box and Muller.
function gaussian (random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
