// A round trip that may be wrong by much of itself is measured again while the connection still stands: a ping costs a
// hundredth of what the visit did.
import { raceAbort } from '../../core/time/race-abort.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { Session } from '../dial/session.ts'

/** Pings of one visit at most: where the process is busy all the time, more would not help. */
const MAX_PINGS = 3

/** How long pings of one visit are waited for, in milliseconds: whoever told all that it was asked is not kept for more. */
const PING_LIMIT_MS = 1_000

/** An error below this matters to nobody, in milliseconds. */
const SMALL_MS = 0.2

/** Measures again until the error is small or a quarter of the round trip. Never rejects. */
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

    // what was measured before is what there is
  }
}

/** Whether a round trip may be wrong by more than a quarter. */
export function isDoubtful (latency: Latency | undefined): boolean {
  return latency !== undefined && latency.errorMs > SMALL_MS && latency.errorMs > latency.ms / 4
}
