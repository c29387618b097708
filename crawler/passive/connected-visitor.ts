import { furthestOutcome } from '../../core/contracts/outcome.ts'
import { KadProtocols } from '../dht/kad-protocol.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { interview } from '../visit/interview.ts'
import { visitResult } from '../visit/visit-result.ts'
import { visitLimits } from '../visit/visitor-options.ts'
import { Libp2pSession } from './connection/libp2p-session.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { InterviewOptions } from '../visit/interview.ts'
import type { VisitorOptions } from '../visit/visitor-options.ts'
import type { Visitor, VisitResult } from '../visit/visitor.ts'
import type { Connection } from '@libp2p/interface'

interface ConnectedVisitorDeps {
  clock: Clock

  /** Visits all other peers; disposed of with this one. */
  visitor: Visitor

  /** The passive node's open connection to a peer, by its multihash. */
  connectionTo: (id: Uint8Array) => Connection | undefined

  protocols: KadProtocols
}

interface ConnectedVisitorOptions extends InterviewOptions {
  /** Limit of one visit, in milliseconds. */
  visitTimeoutMs: number
}

class ConnectedVisitor implements Visitor {
  readonly #deps: ConnectedVisitorDeps
  readonly #options: ConnectedVisitorOptions

  constructor (deps: ConnectedVisitorDeps, options: ConnectedVisitorOptions) {
    this.#deps = deps
    this.#options = options
  }

  async visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult> {
    const connection = this.#deps.connectionTo(target.id)
    const result = connection === undefined ? undefined : await this.#ask(connection, target, signal)

    if (result === undefined) {
      return await this.#deps.visitor.visit(target, signal)
    }

    return result.identity !== undefined || signal.aborted ? result : further(result, await this.#deps.visitor.visit(target, signal))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#deps.visitor[Symbol.asyncDispose]()
  }

  async #ask (connection: Connection, target: VisitTarget, signal: AbortSignal): Promise<VisitResult> {
    const { clock, protocols } = this.#deps
    const startedAtMs = clock.now()
    const started = clock.monotonic()
    const session = new Libp2pSession(connection, clock, undefined)
    using deadline = new PeerDeadline(clock, this.#options.visitTimeoutMs, signal)
    const met = await interview(session, target, { clock, protocols, ...this.#options }, deadline.signal)

    return visitResult({ lane: 'passive', startedAtMs, durationMs: clock.monotonic() - started }, {
      ...met,
      connection: { ...session.connection, address: session.address },
      routingTable: met.table.table
    })
  }
}

/** A connection that stands may be to a peer that has gone: what it told counts only where the peer has answered anything over it now. */
function further (asked: VisitResult, dialled: VisitResult): VisitResult {
  const { startedAtMs } = asked
  const isAsked = asked.latencyMs !== undefined && furthestOutcome([asked.outcome, dialled.outcome]) === asked.outcome

  return { ...isAsked ? asked : dialled, startedAtMs, durationMs: asked.durationMs + dialled.durationMs, attempts: dialled.attempts }
}

/**
 * A visitor that visits peers that are connected to the passive node over the connection that stands: many of them can be
 * reached in no other way. The connection stays open. All others are dialled, and so is one whose connection has just gone.
 *
 * @param visitor visits the others; the result where there is no passive node, and disposed of with it
 */
export function visitConnected (
  visitor: Visitor,
  passive: Pick<ConnectedVisitorDeps, 'connectionTo'> | undefined,
  options: VisitorOptions & { protocols?: KadProtocols },
  clock: Clock
): Visitor {
  if (passive === undefined) {
    return visitor
  }

  const connectionTo = (id: Uint8Array): Connection | undefined => passive.connectionTo(id)

  const { protocols = new KadProtocols(options.kadProtocols) } = options

  return new ConnectedVisitor({ clock, visitor, connectionTo, protocols }, visitLimits(options))
}
