import type { PeerRecord } from '../peer/peer-record.ts'

/** Which questions a visit asks. The buckets of a Census rotate, so that over crawls each peer's whole table is seen. */
export type QueryPlan = { strategy: 'Census', bucket: number } | { strategy: 'Topology' }

/** The peer to visit, and how. */
export interface VisitTarget extends PeerRecord {
  plan: QueryPlan

  /** Whether the scan's user named it: what it lists is the network's. @default false */
  isBootstrap?: boolean
}
