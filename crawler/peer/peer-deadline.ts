import { Deadline } from '../../core/time/deadline.ts'
import { outcomeOfFault, peerFault } from './peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'

const REASONS = {
  timeout: () => peerFault('timeout', 'no answer in time'),
  stopped: (reason: unknown) => outcomeOfFault(reason) === undefined ? peerFault('aborted', 'the crawl or the process stopped', reason) : reason
}

/**
 * The time limit of one operation with a peer. Its signal aborts with the outcome `timeout` when the time is up. It
 * also aborts with its parent, with the parent's outcome or else `aborted`.
 */
export class PeerDeadline extends Deadline {
  constructor (clock: Clock, limitMs: number, parent: AbortSignal) {
    super(clock, limitMs, parent, REASONS)
  }
}
