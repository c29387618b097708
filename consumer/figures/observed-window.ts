// Which part of a window the crawls observed. Peers are not offline before the first crawl, after the last one, or while we were
// down: nothing is known about that time, and it counts for no peer.
import type { Downtime } from '../jobs/sessions/crawl-timeline.ts'

/** A window of time in epoch milliseconds. */
export interface Window { fromMs: number, toMs: number }

/** The part of a window from the first crawl to the last one. */
export interface ObservedWindow extends Window {
  /** End of the window as asked for: the last crawl contacts peers after its start, which is `toMs`. */
  untilMs: number

  /** Time between `fromMs` and `toMs` without crawls, in milliseconds. */
  downMs: number

  /** A peer whose session began up to this time was there at the beginning. */
  beganByMs: number

  /** A peer that was contacted at this time or later was there at the end. */
  contactedFromMs: number
}

/** What is known of one network and vantage. */
export interface Observation {
  /** Starts of its conclusive crawls that are kept, oldest first, in epoch milliseconds. */
  startsMs: readonly number[]

  downtimes: readonly Downtime[]

  /** Beginning of its oldest session, which may be older than the crawls that are kept; undefined where it has none. */
  oldestSessionMs: number | undefined
}

/** Peers are visited only so often: a session that begins or ends so close to the edge of the window reaches it. */
const EDGE_SHARE = 0.01

/** The part of a window that was observed; of no length where no crawl falls into it. */
export function observedWindow ({ fromMs: askedMs, toMs: untilMs }: Window, { startsMs, downtimes, oldestSessionMs }: Observation): ObservedWindow {
  const beginMs = Math.min(startsMs[0] ?? Infinity, oldestSessionMs ?? Infinity)
  const fromMs = beginMs === Infinity ? askedMs : Math.max(askedMs, beginMs)
  const toMs = Math.max(fromMs, Math.min(untilMs, startsMs.at(-1) ?? untilMs))
  const edgeMs = (toMs - fromMs) * EDGE_SHARE
  // Where we began to look later than asked, every peer that the first crawl contacted was there at the beginning.
  const secondMs = startsMs.find(startMs => startMs > fromMs) ?? Infinity

  return {
    fromMs,
    toMs,
    untilMs,
    downMs: downtimes.reduce((sum, down) => sum + Math.max(0, Math.min(down.toMs, toMs) - Math.max(down.fromMs, fromMs)), 0),
    beganByMs: Math.max(fromMs + edgeMs, fromMs > askedMs ? secondMs : -Infinity),
    contactedFromMs: Math.min(toMs - edgeMs, startsMs.findLast(startMs => startMs <= toMs) ?? Infinity)
  }
}
