import { isContacted } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane } from '../../core/contracts/visit.ts'
import type { RoutingTable } from '../dht/routing-table.ts'
import type { Latency } from '../dial/latency.ts'
import type { DialAttempt, VisitConnection } from '../dial/session.ts'
import type { Identity } from '../identify/identity.ts'
import type { VisitResult } from './visitor.ts'

/** The client and the time of a visit. */
export interface VisitFrame {
  /** Absent if the visitor returned no result. */
  lane?: Lane

  /** Wall clock, epoch milliseconds. */
  startedAtMs: number

  durationMs: number
}

/** The findings of a visit, as far as it got. */
export interface VisitFindings {
  outcome: Outcome
  detail?: string | undefined

  /** @default none: no address was dialled */
  attempts?: readonly DialAttempt[]

  connection?: VisitConnection | undefined
  identity?: Identity | undefined
  latency?: Latency | undefined
  routingTable?: RoutingTable | undefined
  otherProtocols?: readonly string[] | undefined
}

/**
 * Builds a visit's result, for every visitor. The connection and its data are left out unless the outcome counts as
 * contacted. A remote without a common muxer does not count, although this shows only when streams are opened.
 */
export function visitResult (frame: VisitFrame, findings: VisitFindings): VisitResult {
  const { outcome, detail, attempts = [] } = findings

  return {
    ...frame,
    outcome,
    attempts,
    ...defined({ detail }),
    ...isContacted(outcome) && overConnection(findings)
  }
}

function overConnection ({ connection, identity, latency, routingTable, otherProtocols }: VisitFindings): Partial<VisitResult> {
  return {
    ...defined({
      connection,
      identity,
      latencyMs: latency?.ms,
      latencyErrorMs: latency?.errorMs,
      routingTable,
      otherProtocols
    })
  }
}
