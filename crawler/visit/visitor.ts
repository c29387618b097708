import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Place } from '../../core/contracts/place.ts'
import type { Lane } from '../../core/contracts/visit.ts'
import type { RoutingTable } from '../dht/routing-table.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { DialAttempt, VisitConnection } from '../dial/session.ts'
import type { Identity } from '../identify/identity.ts'

/** The result of one visit. */
export interface VisitResult {
  /** Absent if the visitor returned no result: the visit was abandoned. */
  lane?: Lane

  /** Wall clock, epoch milliseconds. */
  startedAtMs: number

  durationMs: number
  outcome: Outcome

  /** The error's text, where the outcome alone does not explain it. */
  detail?: string

  attempts: readonly DialAttempt[]

  /** Present if and only if the outcome counts as contacted. */
  connection?: VisitConnection

  /** Where the address that answered is; absent where nobody looked it up. */
  place?: Place

  /** Present if and only if the outcome counts as identified. */
  identity?: Identity

  /** Shortest round-trip time, in milliseconds. */
  latencyMs?: number

  /** How much shorter it may have been because this process was busy when the answer arrived, in milliseconds. Present with latencyMs. */
  latencyErrorMs?: number

  /** Present if FIND_NODE requests were sent. */
  routingTable?: RoutingTable

  /** DHT protocols that it lists, if it serves none of the scan's. As received, hence hostile. */
  otherProtocols?: readonly string[]
}

/**
 * Visits peers. Each client has a Visitor, and one conformance suite tests them all.
 *
 * `visit` never rejects because of a remote: every fault of a remote is an outcome. It ends within the visit's time
 * limit, or soon after `signal` aborts (outcome `aborted`, unless more is known). It leaves no socket, timer,
 * listener or stored peer behind. It rejects only because of a bug in the crawler.
 */
export interface Visitor extends AsyncDisposable {
  visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult>
}
