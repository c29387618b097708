// What sessions say about a network in a window of time, each figure with its bounds.
//
// Survival is create-based: sessions that were seen to begin in the first half of the window, followed for half of the window. So
// long sessions are as likely to be counted as short ones.
import { recordOf } from '../../core/record-keys.ts'
import { CrawlTimeline, groupOf } from '../jobs/sessions/crawl-timeline.ts'
import { fromStoreTime } from '../store/model/store-time.ts'
import { SESSION_CRAWLS, sessionCrawlsFrom } from '../store/sessions/session-crawls.ts'
import { observedWindow } from './observed-window.ts'
import { AVAILABILITY_CLASSES, availabilityOf, overlaps, PEER_CLASSES, peerClassOf } from './peer-classes.ts'
import { SurvivalCurve } from './survival.ts'
import type { NodeStore } from '../store/model/node-store.ts'
import type { SessionPage } from '../store/model/session-store.ts'
import type { Session } from '../store/model/session.ts'
import type { ObservedWindow, Window } from './observed-window.ts'
import type { AvailabilityClass, PeerClass } from './peer-classes.ts'
import type { SurvivalPoint } from './survival.ts'

/** A curve for the shortest and for the longest lengths that the visits allow: the truth lies between them. */
interface BoundedCurve {
  sessions: number
  atLeast: SurvivalPoint[]
  atMost: SurvivalPoint[]
  medianAtLeastS: number | null
  medianAtMostS: number | null

  /** Estimated: a session begins and ends, on average, in the middle between two crawls. */
  medianS: number | null
}

/** Figures of one network and vantage. */
export interface SessionFigures {
  network: string
  vantage: string

  /** The part of the window that the crawls observed; all figures are of it. `downMs` of it passed without crawls. */
  observed: Window & { downMs: number }

  /** Sessions that overlap the window. */
  sessions: number

  /** Share of them of which the beginning or the end is unknown. */
  censoredShare: number

  /** Estimated share of all sessions that fell between two visits. */
  missedShare: number

  survival: BoundedCurve

  /** Remaining time of the sessions that were open in the middle of the window. */
  residual: BoundedCurve & { atMs: number }

  availability: Record<AvailabilityClass, number>
  peers: Record<PeerClass, number>
}

const POINTS = 100
const PAGE = 2_000

/** What reading figures takes. */
export type FigureSource = Pick<NodeStore, 'sessions' | 'query' | 'values'>

/** Reads the figures of every network and vantage. The memory that it takes does not depend on the number of sessions. */
export async function readSessionFigures (store: FigureSource, window: Window, signal: AbortSignal): Promise<SessionFigures[]> {
  const observed = await readObserved(store, window)
  const groups = new Map<string, FigureCounter>()
  let peer: Session[] = []

  const count = (): void => {
    const [first] = peer

    if (first !== undefined) {
      const key = groupOf(first)
      const counter = groups.get(key) ?? new FigureCounter(first, observed(key))
      groups.set(key, counter)
      counter.add(peer)
    }
  }

  for (let page: SessionPage | undefined; page === undefined || page.next !== undefined;) {
    page = await store.sessions(page?.next, PAGE)
    signal.throwIfAborted()

    for (const session of page.sessions) {
      if (!isSamePeer(peer[0], session)) {
        count()
        peer = []
      }
      peer.push(session)
    }
  }
  count()

  return [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([, counter]) => counter.figures())
}

async function readObserved (store: Omit<FigureSource, 'sessions'>, window: Window): Promise<(group: string) => ObservedWindow> {
  const { values } = store
  const timeline = new CrawlTimeline(sessionCrawlsFrom(await store.query(SESSION_CRAWLS, []), values))
  const oldest = await store.query('SELECT network, vantage, MIN(first_ok) AS first_ok FROM session GROUP BY network, vantage', [])
  const oldestMs = new Map(oldest.map(([network, vantage, firstOk]) => [
    groupOf({ network: values.text(network, 'network'), vantage: values.text(vantage, 'vantage') }),
    Date.parse(fromStoreTime(values.text(firstOk, 'first_ok')))
  ]))

  return group => observedWindow(window, { startsMs: timeline.startsMs(group), downtimes: timeline.downtimes(group), oldestSessionMs: oldestMs.get(group) })
}

function isSamePeer (a: Session | undefined, b: Session): boolean {
  return a?.nodeId === b.nodeId && a.network === b.network && a.vantage === b.vantage
}

/** Counts the peers of one network and vantage. */
class FigureCounter {
  readonly #of: Pick<Session, 'network' | 'vantage'>
  readonly #window: ObservedWindow
  readonly #survival: CurvePair
  readonly #residual: CurvePair
  readonly #availability = recordOf(AVAILABILITY_CLASSES, () => 0)
  readonly #peers = recordOf(PEER_CLASSES, () => 0)
  #sessions = 0
  #censored = 0

  /** Sessions with one contact, and with two. */
  readonly #contacts: [number, number] = [0, 0]

  constructor ({ network, vantage }: Pick<Session, 'network' | 'vantage'>, window: ObservedWindow) {
    this.#of = { network, vantage }
    this.#window = window
    this.#survival = new CurvePair(this.#half)
    this.#residual = new CurvePair(this.#half)
  }

  /** Adds the sessions of one peer, oldest first. */
  add (sessions: readonly Session[]): void {
    this.#availability[availabilityOf(sessions, this.#window)]++
    this.#peers[peerClassOf(sessions, this.#window)]++

    for (const session of sessions.filter(session => overlaps(session, this.#window))) {
      this.#addSession(session)
    }
  }

  figures (): SessionFigures {
    const [once, twice] = this.#contacts
    const { fromMs, toMs, downMs } = this.#window
    // A session shorter than the interval C is missed with chance 1 - L/C. Where the density of lengths is linear up to 2 C, the
    // numbers of sessions with one and with two contacts give that of those with none.
    const missed = Math.max(0, (5 * once - 2 * twice) / 6)

    return {
      ...this.#of,
      observed: { fromMs, toMs, downMs },
      sessions: this.#sessions,
      censoredShare: this.#sessions === 0 ? 0 : this.#censored / this.#sessions,
      missedShare: this.#sessions === 0 ? 0 : missed / (this.#sessions + missed),
      survival: this.#survival.curve(),
      residual: { ...this.#residual.curve(), atMs: this.#middle },
      availability: this.#availability,
      peers: this.#peers
    }
  }

  get #half (): number {
    return Math.max(1, (this.#window.toMs - this.#window.fromMs) / 2)
  }

  get #middle (): number {
    return this.#window.fromMs + this.#half
  }

  #addSession (session: Session): void {
    const { absentBeforeMs, firstFailMs, probes, failures } = session
    this.#sessions++
    this.#censored += Number(absentBeforeMs === null || firstFailMs === null)
    this.#contacts[0] += Number(probes - failures === 1)
    this.#contacts[1] += Number(probes - failures === 2)
    this.#addLength(session)
    this.#addResidual(session)
  }

  #addLength ({ firstOkMs, lastOkMs, absentBeforeMs, firstFailMs }: Session): void {
    if (absentBeforeMs !== null && firstOkMs >= this.#window.fromMs && firstOkMs < this.#middle) {
      const atLeastMs = lastOkMs - firstOkMs
      const endMs = (firstFailMs ?? lastOkMs) - lastOkMs
      // A peer that comes back is visited by the next crawl, since others mention it; while it is gone, less often.
      const beginMs = Math.min(firstOkMs - absentBeforeMs, endMs)
      const atMostMs = (firstFailMs ?? lastOkMs) - absentBeforeMs
      this.#survival.add({ atLeastMs, atMostMs, meanMs: atLeastMs + (beginMs + endMs) / 2 }, firstFailMs !== null)
    }
  }

  #addResidual ({ firstOkMs, lastOkMs, firstFailMs }: Session): void {
    if (firstOkMs <= this.#middle && lastOkMs >= this.#middle) {
      const atLeastMs = lastOkMs - this.#middle
      const atMostMs = (firstFailMs ?? lastOkMs) - this.#middle
      this.#residual.add({ atLeastMs, atMostMs, meanMs: (atLeastMs + atMostMs) / 2 }, firstFailMs !== null)
    }
  }
}

interface Lengths { atLeastMs: number, atMostMs: number, meanMs: number }

/** Curves of the shortest, the longest and the expected lengths. */
class CurvePair {
  readonly #atLeast: SurvivalCurve
  readonly #atMost: SurvivalCurve
  readonly #mean: SurvivalCurve
  #sessions = 0

  constructor (limitMs: number) {
    this.#atLeast = new SurvivalCurve(limitMs)
    this.#atMost = new SurvivalCurve(limitMs)
    this.#mean = new SurvivalCurve(limitMs)
  }

  add ({ atLeastMs, atMostMs, meanMs }: Lengths, isEnded: boolean): void {
    this.#sessions++
    this.#atLeast.add(atLeastMs, isEnded)
    this.#atMost.add(atMostMs, isEnded)
    this.#mean.add(meanMs, isEnded)
  }

  curve (): BoundedCurve {
    return {
      sessions: this.#sessions,
      atLeast: this.#atLeast.points(POINTS),
      atMost: this.#atMost.points(POINTS),
      medianAtLeastS: this.#atLeast.medianS(),
      medianAtMostS: this.#atMost.medianS(),
      medianS: this.#mean.medianS()
    }
  }
}
