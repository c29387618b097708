import { AddressPolicy } from '../address/address-policy.ts'
import { KadProtocols } from '../dht/kad-protocol.ts'
import { DialBudget } from '../dial/dial-budget.ts'
import { DialLimits } from '../dial/dial-limits.ts'
import { LaneVisitor } from './lane-visitor.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { DnsResolver } from '../dial/dns/dns-resolver.ts'
import type { Dialler } from '../dial/session.ts'
import type { VisitOptions } from './visit-peer.ts'

/** What the visitors of one crawler share. */
export interface VisitorDeps {
  clock: Clock

  /** Not disposed of with the visitor. */
  dns: DnsResolver

  /** Shared by the clients of one crawler, since the limits apply to all dials to an address. @default the visitor's own */
  limits?: DialLimits

  /** Shared too, since a budget applies to the whole crawl. @default the visitor's own */
  budget?: DialBudget

  /** Shared too: each client uses the protocols that the other learnt. @default the visitor's own */
  protocols?: KadProtocols
}

/** Settings of a visitor, the same for every client. */
export interface VisitorOptions {
  /** Kademlia protocol ids in order of preference; empty to learn them. */
  kadProtocols: readonly string[]

  /** The agent version that remotes see: `peerprobe/<version> (+<contact>)`. */
  agentVersion: string

  /** Which addresses may be dialled, and the limits of concurrent dials. */
  addresses: Scan['addresses']

  /** Limit of one dial, in milliseconds. */
  dialTimeoutMs: number

  /** Limit of one visit, in milliseconds. */
  visitTimeoutMs: number

  /** Limit of identify, in milliseconds. @default 5000 */
  identifyTimeoutMs?: number

  /** Limit of each FIND_NODE answer, in milliseconds. @default 5000 */
  requestTimeoutMs?: number

  /** Delay before the next address is dialled in parallel, in milliseconds (RFC 8305). @default 250 */
  staggerMs?: number

  /** Concurrent dials to one peer. @default 8, as in go-libp2p */
  maxParallel?: number
}

/** The limits of a visit, with defaults applied. */
export function visitLimits (options: VisitorOptions): VisitOptions {
  const { dialTimeoutMs, visitTimeoutMs, identifyTimeoutMs = 5_000, requestTimeoutMs = 5_000, staggerMs = 250, maxParallel = 8 } = options

  return { dialTimeoutMs, visitTimeoutMs, identifyTimeoutMs, requestTimeoutMs, staggerMs, maxParallel }
}

/** The visitor of a client. Clients differ in their dialler only. @param resources what the client keeps open; disposed of with the visitor */
export function laneVisitor (dialler: Dialler, options: VisitorOptions, deps: VisitorDeps, resources: AsyncDisposableStack): LaneVisitor {
  const { kadProtocols, addresses } = options
  const { clock, dns, limits = new DialLimits(addresses), budget = new DialBudget(clock), protocols = new KadProtocols(kadProtocols) } = deps

  return new LaneVisitor({ dialler, policy: new AddressPolicy(addresses), limits, budget, dns, protocols, clock }, visitLimits(options), resources)
}
