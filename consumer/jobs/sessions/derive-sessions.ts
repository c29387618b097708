// Brings the table of sessions up to date with the visits and crawls that are kept. It reads only what changed since the last
// run, and gives the same rows as a run over everything.
import { sleep } from '../../../core/time/sleep.ts'
import { changedSinceMs, progressOf } from './changed-since.ts'
import { CrawlTimeline } from './crawl-timeline.ts'
import { PeerDeriver } from './derive-peers.ts'
import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { NodeStore } from '../../store/model/node-store.ts'
import type { SessionBasis, SessionStore } from '../../store/model/session-store.ts'
import type { DuePeer, PageReport } from './derive-peers.ts'

/** Dependencies of a derivation. */
export interface DeriveSessionsDeps {
  store: Pick<NodeStore, 'deriveSessions'>
  clock: Clock
  log: Logger
}

/** Settings of a derivation. */
export interface DeriveSessionsOptions {
  /** Sessions whose last contact is older are removed, in milliseconds. */
  keepMs: number

  /** Whether it pauses after each page as long as the page took, for the writers of the same database or process. */
  isGentle: boolean
}

/** What a derivation did. */
export interface DerivationReport extends PageReport {
  peers: number

  /** Sessions that were removed because of their age. */
  expired: number
}

/** To be raised when the same visits give other sessions: everything that is kept is derived again then. */
const RULES = 2

/** Visits that a page reads, about: 10 to 20 MB. */
const VISITS_PER_PAGE = 20_000
const PEERS_PER_PAGE = 500
const FIRST_PAGE_PEERS = 20
const CHANGED_PER_QUERY = 20_000
const EXPIRED_PER_STEP = 1_000

/** Beyond this number of changed peers they are not listed in memory: all are derived again. */
const MAX_CHANGED_PEERS = 1_000_000

const MIN_PAUSE_MS = 1

/**
 * Derives the sessions of all peers that were visited since the last derivation.
 *
 * @throws ProbeError with a code that begins with `PP_STORE_`; the next derivation then begins with the same changes
 */
export async function deriveSessions (deps: DeriveSessionsDeps, options: DeriveSessionsOptions, signal: AbortSignal): Promise<DerivationReport> {
  const report = await deps.store.deriveSessions(async sessions => await new Derivation(deps, options, sessions).run(signal))
  deps.log.info({ ...report }, 'sessions derived')

  return report
}

class Derivation {
  readonly #deps: DeriveSessionsDeps
  readonly #options: DeriveSessionsOptions
  readonly #sessions: SessionStore
  readonly #report = { peers: 0, visits: 0, written: 0, removed: 0, expired: 0 }

  constructor (deps: DeriveSessionsDeps, options: DeriveSessionsOptions, sessions: SessionStore) {
    this.#deps = deps
    this.#options = options
    this.#sessions = sessions
  }

  async run (signal: AbortSignal): Promise<DerivationReport> {
    const basis = await this.#sessions.begin()
    const timeline = new CrawlTimeline(basis.crawls)
    const deriver = new PeerDeriver({ store: this.#sessions, basis, timeline })
    const sinceMs = changedSinceMs(basis, RULES, timeline)
    const changed = await this.#changedPeers(basis, signal)
    const pages = sinceMs === undefined && changed !== undefined ? this.#pagesOf(changed) : this.#allPages(sinceMs ?? basis.edgeCrawlId * 1_000, changed)

    for await (const page of pages) {
      await this.#step(async () => {
        const { visits, written, removed } = await deriver.derive(page)
        this.#report.peers += page.length
        this.#report.visits += visits
        this.#report.written += written
        this.#report.removed += removed
      }, signal)
    }

    await this.#sessions.complete(basis.generation, RULES, progressOf(basis.crawls))
    await this.#expire(basis, signal)

    return this.#report
  }

  async #step (work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const startMs = clock.monotonic()
    await work()
    await sleep(clock, this.#options.isGentle ? Math.max(MIN_PAUSE_MS, clock.monotonic() - startMs) : MIN_PAUSE_MS, signal)
  }

  // Undefined when there are too many to list.
  async #changedPeers ({ changes }: SessionBasis, signal: AbortSignal): Promise<Map<number, number> | undefined> {
    const since = new Map<number, number>()
    const crawls = new Map(changes?.map(change => [`${change.scan}\0${String(change.crawlId)}`, change]))

    for (const crawl of crawls.values()) {
      for (let after: number | undefined = 0; after !== undefined;) {
        const peers = await this.#sessions.changedPeers(crawl, after, CHANGED_PER_QUERY)
        after = peers.length < CHANGED_PER_QUERY ? undefined : peers.at(-1)?.peerId
        peers.forEach(({ peerId, sinceMs }) => since.set(peerId, Math.min(sinceMs, since.get(peerId) ?? Infinity)))
        signal.throwIfAborted()
      }
      if (since.size > MAX_CHANGED_PEERS) {
        return undefined
      }
    }

    return since
  }

  async* #pagesOf (changed: ReadonlyMap<number, number>): AsyncGenerator<DuePeer[]> {
    const peerIds = [...changed.keys()].sort((a, b) => a - b)

    for (let i = 0; i < peerIds.length;) {
      const size = this.#peersPerPage()
      const peers = await this.#sessions.peersOf(peerIds.slice(i, i + size))
      yield peers.map(peer => ({ ...peer, sinceMs: changed.get(peer.peerId) ?? Infinity }))
      i += size
    }
  }

  async* #allPages (sinceMs: number, changed: ReadonlyMap<number, number> | undefined): AsyncGenerator<DuePeer[]> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const size = this.#peersPerPage()
      const peers = await this.#sessions.peersAfter(after, size)
      yield peers.map(peer => ({ ...peer, sinceMs: Math.min(sinceMs, changed?.get(peer.peerId) ?? Infinity) }))
      after = peers.length < size ? undefined : peers.at(-1)?.peerId
    }
  }

  // As many as have the visits of one page, by the peers so far.
  #peersPerPage (): number {
    const { peers, visits } = this.#report

    return peers === 0 ? FIRST_PAGE_PEERS : Math.max(1, Math.min(PEERS_PER_PAGE, Math.floor(VISITS_PER_PAGE * peers / Math.max(1, visits))))
  }

  async #expire ({ generation }: SessionBasis, signal: AbortSignal): Promise<void> {
    const beforeMs = this.#deps.clock.now() - this.#options.keepMs

    for (let removed = EXPIRED_PER_STEP; removed === EXPIRED_PER_STEP;) {
      await this.#step(async () => {
        removed = await this.#sessions.removeEndedBefore(generation, beforeMs, EXPIRED_PER_STEP)
        this.#report.expired += removed
      }, signal)
    }
  }
}
