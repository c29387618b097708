// One failed visit says little: in a healthy network about one dial in a hundred fails. If it ended a session, every
// sixth session of a day would end too early. A peer that the crawl before contacted and that fails in this one is
// therefore visited again 20 s and 60 s after the failure. Nobody sleeps: the crawl asks once a second what is due.
import { isContacted } from '../../../core/contracts/outcome.ts'
import { DelayHeap } from './delay-heap.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { VisitResult } from '../../visit/visitor.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'

// Attempts of a message are numbered up to 4.
const MAX_CONFIRMATIONS = 2

/** Largest share of a crawl's visits that are confirmations: after an outage of our own network, everybody fails. */
export const CONFIRMATION_SHARE = 0.05

/** Confirmations that every crawl may make. In a network of thirty peers, the share alone would allow one. */
export const MIN_CONFIRMATIONS = 20

// A retry dials the addresses of a visit again; of more than these, the order is not worth the memory.
const MAX_TRIED = 32

/** Outcomes without any dial: another visit has the same. */
const NOT_DIALLED: ReadonlySet<Outcome> = new Set(['filtered', 'unsupported-transport', 'no-dialable-address'])

/** A visit that checks a failure. */
export interface Confirmation {
  /** Which of the peer's confirmations it is, from 1. */
  number: 1 | 2

  /** Addresses that earlier visits of this crawl dialled in vain: others come first. */
  tried: readonly Uint8Array[]
}

/** Settings of the confirmations of one crawl. */
export interface ConfirmationOptions {
  /** Time from the failure to the first and to the second confirmation, in milliseconds; empty for none. */
  confirmAfterMs: readonly number[]

  /** Most peers of the crawl. */
  maxPeers: number
}

/** A peer that failed and is not confirmed yet. */
interface Failure {
  peer: FrontierPeer

  /** End of its first failed visit, by the monotonic clock. */
  failedAtMs: number

  /** Started confirmations. */
  made: number

  tried: Uint8Array[]

  /** Whether it is in the heap. */
  isWaiting: boolean

  /** Whether it needs no confirmation any more. */
  isOver: boolean
}

/** Determines which failures of a crawl are checked, and when. */
export class Confirmations {
  readonly #clock: Clock
  readonly #afterMs: readonly number[]
  readonly #maxFailures: number
  readonly #failures = new Map<FrontierPeer, Failure>()
  readonly #heap = new DelayHeap<Failure>()

  // Peers that failed in every confirmation. One of them may get a new address and be visited once more.
  readonly #confirmed = new Set<FrontierPeer>()
  #made = 0
  #leftOut = 0

  constructor (clock: Clock, { confirmAfterMs, maxPeers }: ConfirmationOptions) {
    this.#clock = clock
    this.#afterMs = confirmAfterMs.slice(0, MAX_CONFIRMATIONS)
    this.#maxFailures = Math.max(MIN_CONFIRMATIONS, maxPeers * CONFIRMATION_SHARE)
  }

  /** Confirmations so far, without repeated ones. */
  get made (): number {
    return this.#made
  }

  /** Failures that wait for a confirmation, or that are being confirmed. */
  get waiting (): number {
    return this.#failures.size
  }

  /** Failures left out so far, because more wait than a crawl may confirm. When the crawl is over, those that still wait are left out too. */
  get leftOut (): number {
    return this.#leftOut
  }

  /** Records the end of a visit of any kind. */
  note (peer: FrontierPeer, { outcome, attempts }: Pick<VisitResult, 'outcome' | 'attempts'>): void {
    const failure = this.#failures.get(peer) ?? this.#newFailure(peer, outcome)

    if (failure === undefined || outcome === 'aborted') {
      return
    }
    if (isContacted(outcome) || failure.made >= this.#afterMs.length) {
      this.#end(failure, outcome)
      return
    }

    failure.tried.push(...attempts.slice(0, MAX_TRIED - failure.tried.length).map(({ address }) => address))
    this.#wait(failure)
  }

  /** The next peer whose failure is to be checked now. @param visits completed visits of the crawl, confirmations included */
  take (visits: number): { peer: FrontierPeer, confirmation: Confirmation } | undefined {
    const nowMs = this.#clock.monotonic()

    for (let failure = this.#heap.firstDue(nowMs); failure !== undefined; failure = this.#heap.firstDue(nowMs)) {
      const { peer, tried, isOver } = failure
      const isFree = !isOver && peer.state !== 'queued' && peer.state !== 'in-flight'

      if (isFree && !this.#hasRoom(visits)) {
        return undefined
      }

      this.#heap.removeFirst()
      failure.isWaiting = false

      // A peer with a new address is visited without a confirmation; if that fails too, it comes back here.
      if (isFree) {
        this.#made++
        failure.made++
        return { peer, confirmation: { number: failure.made === 1 ? 1 : 2, tried: [...tried] } }
      }
    }

    return undefined
  }

  /** Repeats a confirmation that a standstill of this process made incomplete. */
  putBack (peer: FrontierPeer): void {
    const failure = this.#failures.get(peer)

    if (failure !== undefined) {
      this.#made--
      failure.made--
      failure.isWaiting = true
      this.#heap.add(failure, this.#clock.monotonic())
    }
  }

  /** Whether the crawl may end: no failure waits, or none may be checked any more. Only for a crawl without other peers to visit. */
  isOver (visits: number): boolean {
    return this.#failures.size === 0 || !this.#hasRoom(visits)
  }

  #newFailure (peer: FrontierPeer, outcome: Outcome): Failure | undefined {
    if (!this.#wasContacted(peer) || isContacted(outcome) || outcome === 'aborted' || NOT_DIALLED.has(outcome)) {
      return undefined
    }
    if (this.#failures.size >= this.#maxFailures) {
      this.#leftOut++
      return undefined
    }

    const failure: Failure = { peer, failedAtMs: this.#clock.monotonic(), made: 0, tried: [], isWaiting: false, isOver: false }
    this.#failures.set(peer, failure)

    return failure
  }

  #wasContacted (peer: FrontierPeer): boolean {
    const { known } = peer

    return this.#afterMs.length > 0 && known?.contactedAtMs !== undefined && known.failures === 0 && !this.#confirmed.has(peer)
  }

  #end (failure: Failure, outcome: Outcome): void {
    failure.isOver = true
    this.#failures.delete(failure.peer)

    if (!isContacted(outcome)) {
      this.#confirmed.add(failure.peer)
    }
  }

  // Two visits of a peer are never closer than the first delay, however late the earlier one was.
  #wait (failure: Failure): void {
    if (!failure.isWaiting) {
      const [firstMs = 0] = this.#afterMs
      failure.isWaiting = true
      this.#heap.add(failure, Math.max(failure.failedAtMs + (this.#afterMs[failure.made] ?? 0), this.#clock.monotonic() + firstMs))
    }
  }

  #hasRoom (visits: number): boolean {
    return this.#made < Math.max(MIN_CONFIRMATIONS, Math.floor(visits * CONFIRMATION_SHARE))
  }
}
