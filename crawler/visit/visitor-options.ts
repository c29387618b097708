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

/** The parts that the visitors of one crawler share. */
export interface VisitorDeps {
  clock: Clock

  /** Outlives the visitor. */
  dns: DnsResolver

  /** Shared by the lanes of one crawler, since a limit is of all dials to an address. @default of this visitor alone */
  limits?: DialLimits

  /** Shared likewise, since a budget is of a crawl. @default of this visitor alone */
  budget?: DialBudget

  /** Shared likewise: what one lane learns, the others know. @default of this visitor alone */
  protocols?: KadProtocols
}

/** Settings of a visitor, the same for every lane. */
export interface VisitorOptions {
  /** Kademlia protocol ids, the preferred first; empty to learn them from the first peer that answers. */
  kadProtocols: readonly string[]

  /** What remotes are told that we are: `peerprobe/<version> (+<contact>)`. */
  agentVersion: string

  /** Which addresses may be dialled, and how many at once. */
  addresses: Scan['addresses']

  /** Limit of one dial, in milliseconds. */
  dialTimeoutMs: number

  /** Limit of one visit, in milliseconds. */
  visitTimeoutMs: number

  /** Limit of identify, in milliseconds. @default 5000 */
  identifyTimeoutMs?: number

  /** Limit of each FIND_NODE answer, in milliseconds. @default 5000 */
  requestTimeoutMs?: number

  /** Wait before the next address is dialled beside one that has not answered, in milliseconds (RFC 8305). @default 250 */
  staggerMs?: number

  /** Dials of one peer that run at once. @default 8, as go-libp2p */
  maxParallel?: number
}

/** The limits of a visit, with those that are not given. */
export function visitLimits (options: VisitorOptions): VisitOptions {
  const { dialTimeoutMs, visitTimeoutMs, identifyTimeoutMs = 5_000, requestTimeoutMs = 5_000, staggerMs = 250, maxParallel = 8 } = options

  return { dialTimeoutMs, visitTimeoutMs, identifyTimeoutMs, requestTimeoutMs, staggerMs, maxParallel }
}

/** The visitor of a lane: how it dials is all that lanes differ in. @param resources what the lane holds; disposed of with the visitor */
export function laneVisitor (dialler: Dialler, options: VisitorOptions, deps: VisitorDeps, resources: AsyncDisposableStack): LaneVisitor {
  const { kadProtocols, addresses } = options
  const { clock, dns, limits = new DialLimits(addresses), budget = new DialBudget(clock), protocols = new KadProtocols(kadProtocols) } = deps

  return new LaneVisitor({ dialler, policy: new AddressPolicy(addresses), limits, budget, dns, protocols, clock }, visitLimits(options), resources)
}
