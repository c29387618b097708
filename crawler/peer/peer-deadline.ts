import { Deadline } from '../../core/time/deadline.ts'
import { outcomeOfFault, peerFault } from './peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'

const REASONS = {
  timeout: () => peerFault('timeout', 'no answer in time'),
  stopped: (reason: unknown) => outcomeOfFault(reason) === undefined ? peerFault('aborted', 'the crawl or the process stopped', reason) : reason
}

/**
 * The time that a peer has for one thing. Its signal aborts with the outcome `timeout` when the
 * time is up, and with its parent: then with the parent's outcome, which is `aborted` unless it has one.
 */
export class PeerDeadline extends Deadline {
  constructor (clock: Clock, limitMs: number, parent: AbortSignal) {
    super(clock, limitMs, parent, REASONS)
  }
}
