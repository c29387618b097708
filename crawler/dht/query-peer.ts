// Queries a peer's routing tables by each of the network's DHT protocols that it supports. If one protocol is known,
// as in most networks, the queries are sent before the peer has sent anything. Further protocols are tried if
// identify lists them.
import { defined } from '../../core/defined.ts'
import { raceAbort } from '../../core/time/race-abort.ts'
import { Neighbours } from './neighbours.ts'
import { readRoutingTable } from './read-routing-table.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { QueryStream, Session } from '../dial/session.ts'
import type { KadProtocols } from './kad-protocol.ts'
import type { TableAnswer } from './read-routing-table.ts'
import type { RoutingTable } from './routing-table.ts'
import type { VisitTarget } from './visit-target.ts'

/** Learnt protocols that are tried before identify lists the supported ones. Each refusal costs a round trip. */
const BLIND_TRIES = 2

export interface QueryPeerDeps {
  clock: Clock
  protocols: KadProtocols

  /** Limit of each answer, in milliseconds. */
  requestTimeoutMs: number

  /** Protocols that the peer lists; undefined if it did not identify itself. Never rejects. */
  listed: Promise<readonly string[] | undefined>
}

/**
 * Queries a peer by the first protocol that it supports, and by each further one that may have its own routing table.
 * Never rejects because of the remote.
 */
export async function queryPeer (session: Session, target: VisitTarget, deps: QueryPeerDeps, signal: AbortSignal): Promise<TableAnswer> {
  return await new NetworkQuery(session, target, deps, signal).run()
}

class NetworkQuery {
  readonly #session: Session
  readonly #target: VisitTarget
  readonly #deps: QueryPeerDeps
  readonly #signal: AbortSignal

  /** Protocols that were proposed to the peer, accepted or not. */
  readonly #tried = new Set<string>()

  constructor (session: Session, target: VisitTarget, deps: QueryPeerDeps, signal: AbortSignal) {
    this.#session = session
    this.#target = target
    this.#deps = deps
    this.#signal = signal
  }

  async run (): Promise<TableAnswer> {
    let spoken: string | undefined
    let all = await this.#ask(async (first, openSignal) => {
      const stream = spoken === undefined ? await this.#openFirst(first, openSignal) : await this.#session.openQueries([spoken], first, openSignal)
      spoken = stream?.protocol

      return stream
    })
    const listed = this.#mayServeMore(all) ? await this.#deps.listed ?? [] : []
    this.#confirm(all, listed)

    for (let next = this.#further(all, listed); next !== undefined; next = this.#further(all, listed)) {
      all = await this.#askFurther(next, all, listed)
    }

    return all
  }

  async #ask (open: (first: Uint8Array, signal: AbortSignal) => Promise<QueryStream | undefined>): Promise<TableAnswer> {
    const { clock, requestTimeoutMs } = this.#deps

    return await readRoutingTable(this.#target, { clock, open }, requestTimeoutMs, this.#signal)
  }

  async #openFirst (first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    const { learns } = this.#deps.protocols
    const known = this.#deps.protocols.candidates()
    const stream = await this.#openOne(learns ? known.slice(0, BLIND_TRIES) : known, first, signal)

    if (stream !== undefined || !learns) {
      return stream
    }

    const listed = await raceAbort(this.#deps.listed, signal)

    return await this.#openOne(listed === undefined ? known : this.#amongListed(listed), first, signal)
  }

  async #openOne (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    const untried = protocols.filter(protocol => !this.#tried.has(protocol))
    const stream = untried.length === 0 ? undefined : await this.#session.openQueries(untried, first, signal)
    const proposed = stream === undefined ? untried.length : untried.indexOf(stream.protocol) + 1
    untried.slice(0, proposed).forEach(protocol => this.#tried.add(protocol))

    return stream
  }

  /** A peer that accepted no protocol has already been offered all that it lists. */
  #mayServeMore ({ protocol }: TableAnswer): boolean {
    const { protocols } = this.#deps

    return protocol !== undefined && (protocols.learns || protocols.candidates().length > this.#tried.size)
  }

  #confirm ({ answered, protocol, table }: TableAnswer, listed: readonly string[]): void {
    if (answered > 0 && protocol !== undefined) {
      this.#deps.protocols.confirm(protocol, { listed, named: table?.peers.length ?? 0 })
    }
  }

  #further ({ answered }: TableAnswer, listed: readonly string[]): string | undefined {
    for (const protocol of this.#amongListed(listed)) {
      if (!this.#tried.has(protocol)) {
        this.#tried.add(protocol)

        if (answered === 0 || this.#deps.protocols.overlap.shouldAsk(protocol)) {
          return protocol
        }
      }
    }

    return undefined
  }

  async #askFurther (protocol: string, all: TableAnswer, listed: readonly string[]): Promise<TableAnswer> {
    const answer = await this.#ask(async (first, openSignal) => await this.#session.openQueries([protocol], first, openSignal))
    this.#confirm(answer, listed)

    if (all.answered > 0) {
      this.#deps.protocols.overlap.note(protocol, listsOthers(all.table, answer.table))
    }

    return joined(all, answer)
  }

  #amongListed (listed: readonly string[]): readonly string[] {
    return this.#deps.protocols.among(listed, this.#target.isBootstrap)
  }
}

function listsOthers (known: RoutingTable | undefined, further: RoutingTable | undefined): boolean {
  const ids = new Set(known?.peers.map(({ id }) => Buffer.from(id).toString('latin1')))

  return further?.peers.some(({ id }) => !ids.has(Buffer.from(id).toString('latin1'))) ?? false
}

/** Merges both tables. A fault is kept only if nothing was answered. */
function joined (first: TableAnswer, second: TableAnswer): TableAnswer {
  const [one, other] = first.answered === 0 && second.answered > 0 ? [second, first] : [first, second]
  const { table, fault, ...rest } = one

  if (table === undefined || other.table === undefined) {
    return one
  }

  const { peers, closest } = merged(table, other.table)

  return {
    ...rest,
    ...defined({ fault: fault === undefined || rest.answered > 0 ? undefined : fault }),
    answered: first.answered + second.answered,
    table: { queries: table.queries + other.table.queries, failed: table.failed + other.table.failed, peers, closest }
  }
}

/** The peers of both tables; first those in either answer with the closest peers. */
function merged (one: RoutingTable, other: RoutingTable): Required<Pick<RoutingTable, 'peers' | 'closest'>> {
  const neighbours = new Neighbours()
  neighbours.add(one.peers.slice(0, one.closest))
  neighbours.add(other.peers.slice(0, other.closest))
  const closest = neighbours.list().length
  neighbours.add(one.peers.slice(one.closest))
  neighbours.add(other.peers.slice(other.closest))

  return { peers: neighbours.list(), closest }
}
