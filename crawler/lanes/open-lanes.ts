import { furthestOutcome, isContacted } from '../../core/contracts/outcome.ts'
import { readAddress } from '../address/address-reader.ts'
import { openClientVisitor } from '../client/client-visitor.ts'
import { KadProtocols } from '../dht/kad-protocol.ts'
import { DialBudget } from '../dial/dial-budget.ts'
import { DialLimits } from '../dial/dial-limits.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { isQuic } from '../quic/quic-address.ts'
import { openQuicVisitor } from '../quic/quic-visitor.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'
import type { Visitor, VisitResult } from '../visit/visitor.ts'

/** The clients of a visit. */
export interface Lanes {
  clock: Clock
  client: Pick<Visitor, 'visit'>
  quic: Pick<Visitor, 'visit'>

  /** Limit of one visit by both clients together, in milliseconds. */
  visitTimeoutMs: number
}

const CLIENTS = { openClient: openClientVisitor, openQuic: openQuicVisitor }

/** The functions that open the clients. */
export type LaneClients = Record<keyof typeof CLIENTS, (options: VisitorOptions, deps: VisitorDeps) => Visitor | Promise<Visitor>>

/** Opens the crawler's visitor: the client for TCP, WebSocket and relays, and the QUIC client. They share limits, budgets and learnt protocols. */
export async function openLanes (options: VisitorOptions, deps: VisitorDeps, { openClient, openQuic }: LaneClients = CLIENTS): Promise<Visitor> {
  await using opened = new AsyncDisposableStack()
  const { addresses, kadProtocols, visitTimeoutMs } = options
  const { clock } = deps
  const shared = { limits: new DialLimits(addresses), budget: new DialBudget(clock), protocols: new KadProtocols(kadProtocols), ...deps }
  const client = opened.use(await openClient(options, shared))
  const quic = opened.use(await openQuic(options, shared))
  const held = opened.move()

  return {
    visit: async (target, signal) => await visitByLanes(target, { clock, client, quic, visitTimeoutMs }, signal),
    [Symbol.asyncDispose]: async () => {
      await held.disposeAsync()
    }
  }
}

/**
 * Visits a peer by the client for TCP, WebSocket and relays, then by the QUIC client if the first did not contact it:
 * many peers with a dead TCP address answer by QUIC. This also applies if our own limits prevented the first dials: a
 * QUIC endpoint has its own limit, and attackers may have used up that of the others.
 *
 * QUIC comes first if earlier visits tried the other transports only: their addresses may have taken all of the time.
 */
export async function visitByLanes (target: VisitTarget, { clock, client, quic, visitTimeoutMs }: Lanes, signal: AbortSignal): Promise<VisitResult> {
  const hasQuic = target.addresses.some(mayBeQuic)
  const isQuicFirst = hasQuic && target.tried !== undefined && target.tried.length > 0 && !target.tried.some(mayBeQuic)
  const [one, other] = isQuicFirst ? [quic, client] : [client, quic]
  const first = await one.visit(target, signal)
  const leftMs = visitTimeoutMs - first.durationMs
  const isOver = isContacted(first.outcome) || first.outcome === 'aborted' || signal.aborted || leftMs <= 0

  if (isOver || !hasQuic) {
    return first
  }

  using deadline = new PeerDeadline(clock, leftMs, signal)

  return merge(first, await other.visit(target, deadline.signal))
}

function mayBeQuic (bytes: Uint8Array): boolean {
  const address = readAddress(bytes)

  return address !== undefined && isQuic(address)
}

/** The result is that of the visit that got furthest, with the attempts of both. */
function merge (first: VisitResult, second: VisitResult): VisitResult {
  const further = furthestOutcome([first.outcome, second.outcome]) === first.outcome ? first : second

  return {
    ...further,
    startedAtMs: first.startedAtMs,
    durationMs: first.durationMs + second.durationMs,
    attempts: [...first.attempts, ...second.attempts]
  }
}
