import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane } from '../../core/contracts/visit.ts'
import type { RoutingTable } from '../dht/routing-table.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { DialAttempt, VisitConnection } from '../dial/session.ts'
import type { Identity } from '../identify/identity.ts'

/** What one visit found out. */
export interface VisitResult {
  /** Absent where the visitor never said: its visit was given up. */
  lane?: Lane

  /** Wall clock, epoch milliseconds. */
  startedAtMs: number

  durationMs: number
  outcome: Outcome

  /** The error's text, where the outcome alone does not tell. */
  detail?: string

  attempts: readonly DialAttempt[]

  /** Present exactly when the outcome counts as contacted. */
  connection?: VisitConnection

  /** Present exactly when the outcome counts as identified. */
  identity?: Identity

  /** Minimum round-trip time seen, in milliseconds. */
  latencyMs?: number

  /** How much shorter it may have been, since this process was busy when the answer came, in milliseconds. Present with it. */
  latencyErrorMs?: number

  /** Present when FIND_NODE was asked. */
  routingTable?: RoutingTable

  /** DHT protocols that it lists, where it serves none of the scan's. As received: hostile. */
  otherProtocols?: readonly string[]
}

/**
 * Visits peers. Every lane is one of these, and one conformance suite holds for all.
 *
 * `visit` never rejects because of a remote: whatever that does is an outcome. It ends within the
 * visit's time limit, or soon after `signal` aborts (outcome `aborted`, unless more is known), and
 * leaves nothing behind: no socket, timer, listener or stored peer. It rejects only for a fault of ours.
 */
export interface Visitor extends AsyncDisposable {
  visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult>
}
