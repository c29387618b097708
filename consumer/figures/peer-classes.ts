// How peers spend a window of time. Terms: docs/glossary.md.
import type { Session } from '../store/model/session.ts'

/** A window of time in epoch milliseconds. */
export interface Window { fromMs: number, toMs: number }

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

/** A peer is visited only so often: a session that begins or ends so close to the edge of the window reaches it. */
const EDGE_SHARE = 0.01

/** The class of a peer's share of the window. Where a bound is unknown, the session counts as long as it was seen. */
export function availabilityOf (sessions: readonly Session[], { fromMs, toMs }: Window): AvailabilityClass {
  const within = (from: number, to: number): number => Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs))
  const onlineMs = sessions.reduce((sum, { firstOkMs, lastOkMs, absentBeforeMs, firstFailMs }) =>
    sum + (within(firstOkMs, lastOkMs) + within(absentBeforeMs ?? firstOkMs, firstFailMs ?? lastOkMs)) / 2, 0)
  const share = onlineMs / (toMs - fromMs)

  return share >= 0.8 ? 'online' : share >= 0.4 ? 'mostly-online' : share >= 0.1 ? 'mostly-offline' : 'offline'
}

/** The class of a peer. @param sessions all of one peer and one vantage, oldest first */
export function peerClassOf (sessions: readonly Session[], { fromMs, toMs }: Window): PeerClass {
  const edgeMs = (toMs - fromMs) * EDGE_SHARE
  const runs = runsOf(sessions.filter(({ firstOkMs, lastOkMs }) => firstOkMs <= toMs && lastOkMs >= fromMs))
  const [run, ...more] = runs

  if (run === undefined) {
    return 'offline'
  }
  if (more.length > 0) {
    return 'dangling'
  }

  const isAtStart = run.fromMs <= fromMs + edgeMs
  const isAtEnd = run.toMs >= toMs - edgeMs

  return isAtStart ? isAtEnd ? 'online' : 'left' : isAtEnd ? 'entered' : 'one-off'
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
