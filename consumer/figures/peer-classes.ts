// How peers spend a window of time. Terms: docs/glossary.md.
import type { Session } from '../store/model/session.ts'
import type { ObservedWindow, Window } from './observed-window.ts'

/** By the share of the window that a peer is online: at least 80 %, 40 %, 10 %, or less. */
export const AVAILABILITY_CLASSES = ['online', 'mostly-online', 'mostly-offline', 'offline'] as const

/** One of {@link AVAILABILITY_CLASSES}. */
export type AvailabilityClass = typeof AVAILABILITY_CLASSES[number]

/**
 * By presence at the beginning and at the end of the window: `online` at both without interruption, `left` at the beginning only,
 * `entered` at the end only, `one-off` once at neither, `dangling` several times, `offline` not at all, though known from before.
 */
export const PEER_CLASSES = ['online', 'offline', 'entered', 'left', 'one-off', 'dangling'] as const

/** One of {@link PEER_CLASSES}. */
export type PeerClass = typeof PEER_CLASSES[number]

/** The class of a peer's share of the time that was observed. Where a bound is unknown, the session counts as long as it was seen. */
export function availabilityOf (sessions: readonly Session[], window: ObservedWindow): AvailabilityClass {
  const { fromMs, toMs, untilMs, downMs } = window
  const within = (from: number, to: number): number => Math.max(0, Math.min(to, untilMs) - Math.max(from, fromMs))
  const onlineMs = sessions.reduce((sum, { firstOkMs, lastOkMs, absentBeforeMs, firstFailMs }) =>
    sum + (within(firstOkMs, lastOkMs) + within(absentBeforeMs ?? firstOkMs, firstFailMs ?? lastOkMs)) / 2, 0)
  const observedMs = toMs - fromMs - downMs
  // One crawl is no time.
  const share = observedMs > 0 ? onlineMs / observedMs : Number(sessions.some(session => overlaps(session, window)))

  return share >= 0.8 ? 'online' : share >= 0.4 ? 'mostly-online' : share >= 0.1 ? 'mostly-offline' : 'offline'
}

/** The class of a peer. @param sessions all of one peer and one vantage, oldest first */
export function peerClassOf (sessions: readonly Session[], window: ObservedWindow): PeerClass {
  const { beganByMs, contactedFromMs } = window
  const runs = runsOf(sessions.filter(session => overlaps(session, window)))
  const [run, ...more] = runs

  if (run === undefined) {
    return 'offline'
  }
  if (more.length > 0) {
    return 'dangling'
  }

  const isAtStart = run.fromMs <= beganByMs
  const isAtEnd = run.toMs >= contactedFromMs

  return isAtStart ? isAtEnd ? 'online' : 'left' : isAtEnd ? 'entered' : 'one-off'
}

/** Whether a session was seen within the window. */
export function overlaps ({ firstOkMs, lastOkMs }: Pick<Session, 'firstOkMs' | 'lastOkMs'>, { fromMs, untilMs }: Pick<ObservedWindow, 'fromMs' | 'untilMs'>): boolean {
  return firstOkMs <= untilMs && lastOkMs >= fromMs
}

// Two sessions between which nothing shows an absence are one presence here: a downtime of the crawler cut it.
function runsOf (sessions: readonly Session[]): Window[] {
  const runs: Window[] = []
  let isCut = false

  for (const { firstOkMs, lastOkMs, absentBeforeMs, firstFailMs } of sessions) {
    const last = runs.at(-1)

    if (last !== undefined && isCut && absentBeforeMs === null) {
      last.toMs = lastOkMs
    } else {
      runs.push({ fromMs: firstOkMs, toMs: lastOkMs })
    }
    isCut = firstFailMs === null
  }

  return runs
}
