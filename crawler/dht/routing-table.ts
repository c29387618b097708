import type { PeerRecord } from '../peer/peer-record.ts'

/** The result of querying a peer's routing table, possibly incomplete. */
export interface RoutingTable {
  /** FIND_NODE requests sent. */
  queries: number

  /** Requests without a usable answer. */
  failed: number

  /** Peers in the answers without duplicates, each with all its addresses; at most 32 from one answer. */
  peers: readonly PeerRecord[]

  /** How many of them, at the beginning, are in the answer with its closest peers. @default all: unknown */
  closest?: number
}
