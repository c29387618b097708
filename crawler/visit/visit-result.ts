import { isContacted } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Lane } from '../../core/contracts/visit.ts'
import type { RoutingTable } from '../dht/routing-table.ts'
import type { Latency } from '../dial/latency.ts'
import type { DialAttempt, VisitConnection } from '../dial/session.ts'
import type { Identity } from '../identify/identity.ts'
import type { VisitResult } from './visitor.ts'

/** What made a visit, and when. */
export interface VisitFrame {
  /** Absent where the visitor never said. */
  lane?: Lane

  /** Wall clock, epoch milliseconds. */
  startedAtMs: number

  durationMs: number
}

/** What a visit found, each as far as it came. */
export interface VisitFindings {
  outcome: Outcome
  detail?: string | undefined

  /** @default none: nobody was dialled */
  attempts?: readonly DialAttempt[]

  connection?: VisitConnection | undefined
  identity?: Identity | undefined
  latency?: Latency | undefined
  routingTable?: RoutingTable | undefined
  otherProtocols?: readonly string[] | undefined
}

/**
 * The result of a visit, from whichever visitor. A connection and what came over it count only where the peer was contacted:
 * a remote without a muxer of ours was not, though that shows only when streams are opened.
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
