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

  /** Visits all other peers; disposed of with this visitor. */
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

/** An open connection may lead to a peer that is gone. Its result counts only if the peer has answered over the connection during this visit. */
function further (asked: VisitResult, dialled: VisitResult): VisitResult {
  const { startedAtMs } = asked
  const isAsked = asked.latencyMs !== undefined && furthestOutcome([asked.outcome, dialled.outcome]) === asked.outcome

  return { ...isAsked ? asked : dialled, startedAtMs, durationMs: asked.durationMs + dialled.durationMs, attempts: dialled.attempts }
}

/**
 * A visitor that uses the passive node's open connections: many of these peers cannot be reached in any other way.
 * The connection stays open. All other peers are dialled, including a peer whose connection has just closed.
 *
 * @param visitor visits the others, and is disposed of with the result. Returned itself if there is no passive node
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
