// A round trip with a large measurement error is measured again while the connection is still open: a ping costs a
// hundredth of the visit.
import { raceAbort } from '../../core/time/race-abort.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { Session } from '../dial/session.ts'

/** Most pings of one visit. If the process is busy all the time, more pings would not help. */
const MAX_PINGS = 3

/** Time limit of all pings of one visit, in milliseconds: the visit has all its other answers by then. */
const PING_LIMIT_MS = 1_000

/** An error below this does not matter, in milliseconds. */
const SMALL_MS = 0.2

/** Measures again until the error is small, or at most a quarter of the round trip. Never rejects. */
export async function measureAgain (session: Session, clock: Clock, signal: AbortSignal): Promise<void> {
  if (session.ping === undefined || !isDoubtful(session.latency) || signal.aborted) {
    return
  }

  using deadline = new PeerDeadline(clock, PING_LIMIT_MS, signal)

  try {
    for (let pings = 0; pings < MAX_PINGS && isDoubtful(session.latency); pings++) {
      await raceAbort(session.ping(), deadline.signal)
    }
  } catch (err) {
    if (!deadline.signal.aborted) {
      throw err
    }

    // keep the earlier measurement
  }
}

/** Whether a round trip may be wrong by more than a quarter. */
export function isDoubtful (latency: Latency | undefined): boolean {
  return latency !== undefined && latency.errorMs > SMALL_MS && latency.errorMs > latency.ms / 4
}
