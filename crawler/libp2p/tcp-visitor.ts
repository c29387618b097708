import { AddressPolicy } from '../visit/address-policy.ts'
import { DialLimits } from '../visit/dial-limits.ts'
import { KadProtocols } from '../visit/kad-protocol.ts'
import { LaneVisitor } from '../visit/lane-visitor.ts'
import { preimages } from '../wire/kad-key.ts'
import { CrawlHost } from './host.ts'
import { Libp2pDialler } from './libp2p-dialler.ts'
import type { Clock } from '../../core/clock.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { DnsResolver } from '../visit/dns-resolver.ts'

/** What a visitor needs. */
export interface VisitorDeps {
  clock: Clock

  /** Outlives the visitor. */
  dns: DnsResolver
}

/** Settings of {@link openVisitor}. */
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

/** Opens the visitor of the full lane: TCP through a libp2p node. */
export async function openVisitor (options: VisitorOptions, { clock, dns }: VisitorDeps, signal: AbortSignal): Promise<LaneVisitor> {
  const { kadProtocols, agentVersion, addresses, ...limits } = options
  await using resources = new AsyncDisposableStack()
  const policy = new AddressPolicy(addresses)
  const host = resources.use(await CrawlHost.open(agentVersion, signal))
  preimages() // computed now: it takes 0.2 s, which no visit is to wait for

  return new LaneVisitor({
    dialler: new Libp2pDialler(host, clock),
    policy,
    limits: new DialLimits(addresses),
    dns,
    protocols: new KadProtocols(kadProtocols),
    clock
  }, {
    identifyTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    staggerMs: 250,
    maxParallel: 8,
    ...limits
  }, resources.move())
}
