import { defined } from '../../../core/defined.ts'
import { groupOf } from './crawl-timeline.ts'
import { evidenceOf } from './failures.ts'
import { foldSessions } from './fold-sessions.ts'
import { planGroup } from './peer-plan.ts'
import type { NumberedPeer, SessionBasis, SessionKey, SessionStore } from '../../store/model/session-store.ts'
import type { Session, SessionVisit, VisitScan } from '../../store/model/session.ts'
import type { CrawlTimeline } from './crawl-timeline.ts'
import type { GroupPlan } from './peer-plan.ts'

/** A peer, and the time before which nothing of it has changed. */
export interface DuePeer extends NumberedPeer { sinceMs: number }

/** What peers are derived with. */
export interface DerivePeersDeps {
  store: SessionStore
  basis: SessionBasis
  timeline: CrawlTimeline
}

/** What a page did. */
export interface PageReport {
  visits: number
  written: number
  removed: number
}

interface Change { removed: SessionKey[], written: Session[] }

/** A peer with what was read of it. */
interface Work {
  peer: DuePeer
  plans: Map<string, GroupPlan>
  visits: readonly SessionVisit[]

  /** Visits before this time were not read. */
  fromMs: number
}

// Peers whose visits are read from about the same time on share a query.
const SAME_QUERY_MS = 6 * 3_600_000

/** Derives the sessions of a page of peers and writes what changed. */
export class PeerDeriver {
  readonly #deps: DerivePeersDeps
  readonly #scans: ReadonlyMap<number, VisitScan>

  constructor (deps: DerivePeersDeps) {
    this.#deps = deps
    this.#scans = new Map(deps.basis.scans.map(scan => [scan.scanId, scan]))
  }

  async derive (peers: readonly DuePeer[]): Promise<PageReport> {
    const { store, basis } = this.#deps
    const stored = await store.sessionsOf(peers.map(({ nodeId }) => nodeId))
    const first = await this.#read(peers.map((peer) => {
      const plans = this.#plansOf(peer, stored.get(peer.nodeId) ?? [])
      const needed = [...plans.values()].map(({ fromMs, waitsForContact }) => waitsForContact ? peer.sinceMs : fromMs)

      return { peer, plans, visits: [], fromMs: Math.min(peer.sinceMs, ...needed) }
    }))
    // A peer that is contacted again after an absence: its last failures bound the beginning of the new session.
    const ready = await this.#read(first.map(work => ({ ...work, fromMs: Math.min(work.fromMs, ...this.#awaitedFrom(work)) })), first)
    const changes = ready.map(work => this.#changeOf(work))
    const removed = changes.flatMap(change => change.removed)
    const written = changes.flatMap(change => change.written)
    await store.replace(basis.generation, removed, written)

    return { visits: ready.reduce((sum, { visits }) => sum + visits.length, 0), written: written.length, removed: removed.length }
  }

  #plansOf (peer: DuePeer, stored: readonly Session[]): Map<string, GroupPlan> {
    const context = { timeline: this.#deps.timeline, edgeMs: this.#deps.basis.edgeCrawlId * 1_000, sinceMs: peer.sinceMs }
    const groups = Map.groupBy(stored, groupOf)

    return new Map(this.#deps.basis.scans.map((scan) => {
      const group = groupOf(scan)

      return [group, planGroup(groups.get(group) ?? [], group, context)]
    }))
  }

  // Reads what is not read yet.
  async #read (works: readonly Work[], before: readonly Work[] = []): Promise<Work[]> {
    const wanted = works.filter(({ fromMs }, i) => before[i] === undefined || fromMs < before[i].fromMs)
    const found = new Map<number, readonly SessionVisit[]>()

    for (const some of Map.groupBy(wanted, ({ fromMs }) => Math.floor(fromMs / SAME_QUERY_MS)).values()) {
      const fromMs = some.reduce((least, work) => Math.min(least, work.fromMs), Infinity)
      const visits = await this.#deps.store.visitsOf(some.map(({ peer }) => peer.peerId), fromMs, this.#deps.basis)
      visits.forEach((of, peerId) => found.set(peerId, of))
    }

    return works.map(work => ({ ...work, visits: found.get(work.peer.peerId) ?? work.visits }))
  }

  #awaitedFrom (work: Work): number[] {
    return [...work.plans].flatMap(([group, plan]) => plan.waitsForContact && this.#isContacted(work, group) ? [plan.fromMs] : [])
  }

  #isContacted ({ visits, peer }: Work, group: string): boolean {
    return visits.some(({ startedAtMs, scanId, outcome }) => startedAtMs >= peer.sinceMs && this.#groupOf(scanId) === group && evidenceOf(outcome) === 'present')
  }

  #changeOf (work: Work): Change {
    const byGroup = Map.groupBy(work.visits, ({ scanId }) => this.#groupOf(scanId))
    const changes = [...work.plans].flatMap(([group, plan]) => {
      const isIdle = plan.waitsForContact && !this.#isContacted(work, group)

      return isIdle ? [] : [difference(plan.replaced, this.#fold(work, group, plan, byGroup.get(group) ?? []))]
    })

    return { removed: changes.flatMap(({ removed }) => removed), written: changes.flatMap(({ written }) => written) }
  }

  #fold ({ peer }: Work, group: string, { fromMs, start, lastEndMs }: GroupPlan, visits: readonly SessionVisit[]): Session[] {
    const [network = '', vantage = ''] = group.split('\0')
    const context = { timeline: this.#deps.timeline, group, scanOf: (scanId: number) => this.#scan(scanId), ...defined({ start, lastEndMs }) }

    return foldSessions({ nodeId: peer.nodeId, network, vantage }, visits.filter(({ startedAtMs }) => startedAtMs >= fromMs), context)
  }

  #groupOf (scanId: number): string {
    return groupOf(this.#scan(scanId))
  }

  #scan (scanId: number): VisitScan {
    // A scan that is newer than this derivation: the next one knows it.
    return this.#scans.get(scanId) ?? { scanId, scan: '', network: '', vantage: '' }
  }
}

// What is equal is not written again.
function difference (before: readonly Session[], after: readonly Session[]): Change {
  const old = new Map(before.map(session => [session.firstOkMs, session]))
  const kept = new Set(after.map(({ firstOkMs }) => firstOkMs))

  return {
    removed: before.filter(({ firstOkMs }) => !kept.has(firstOkMs)),
    written: after.filter((session) => {
      const same = old.get(session.firstOkMs)

      return same === undefined || JSON.stringify(valuesOf(same)) !== JSON.stringify(valuesOf(session))
    })
  }
}

function valuesOf ({ lastOkMs, absentBeforeMs, firstFailMs, probes, failures, recovered, endOutcome }: Session): unknown[] {
  return [lastOkMs, absentBeforeMs, firstFailMs, probes, failures, recovered, endOutcome]
}
