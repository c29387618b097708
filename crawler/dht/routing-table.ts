import type { PeerRecord } from '../peer/peer-record.ts'

/** What asking for the routing table gave. Partial answers are kept. */
export interface RoutingTable {
  /** FIND_NODE requests sent. */
  queries: number

  /** Of those, without a usable answer. */
  failed: number

  /** Peers named in the answers, each once, with all addresses told; at most 32 from one answer. */
  peers: readonly PeerRecord[]
}
