import type { PeerRecord } from '../peer/peer-record.ts'

/** How a crawl reads routing tables. */
export type Strategy = 'Census' | 'Topology'

/**
 * Which queries a visit sends. A Census changes the bucket with each crawl, so that several crawls cover each peer's
 * whole routing table; it may ask for a second bucket. A Sample asks for one bucket and nothing else.
 */
export type QueryPlan = { strategy: 'Census', bucket: number, secondBucket?: number } | { strategy: 'Topology' } | { strategy: 'Sample', bucket: number }

/** The peer to visit, and the queries to send. */
export interface VisitTarget extends PeerRecord {
  plan: QueryPlan

  /** Whether the scan's user configured it: the DHT protocols that it lists are the network's. @default false */
  isBootstrap?: boolean

  /** Addresses that were dialled in vain shortly before: others, and other transports, are dialled first. @default none */
  tried?: readonly Uint8Array[]
}
