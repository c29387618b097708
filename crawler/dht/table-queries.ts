// Reads a peer's routing table with as few queries as possible. The peers closest to itself are in the deepest
// buckets; each bucket above them takes one more query. With N servers the 20 closest peers reach up to bucket log2(N
// / 20). A first burst down to bucket 7 therefore covers a network of 5,000 in one round trip, and the answer with
// the closest peers shows which buckets are left.
//
// The closest peers are queried by a key that shares 16 bits with the peer's, not by the peer's own id: go-libp2p
// servers older than March 2024 answer a query for their own id with themselves alone.
import { bucketTarget, commonPrefixLength, DEEPEST_BUCKET, kadPrefix, neighbourhoodTarget } from './kad-key.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { QueryPlan } from './visit-target.ts'

/** The query for the peers closest to the queried peer. Other queries are bucket numbers: the number of leading bits that the key shares with the peer's. */
export const NEIGHBOURHOOD = -1

const FIRST_BURST = [NEIGHBOURHOOD, 0, 1, 2, 3, 4, 5, 6, 7] as const

/** Deepest bucket that a Topology queries, so that a visit never sends more than 16 queries. */
const DEEPEST = 14

/** The queries to send at once. */
export function firstQueries (plan: QueryPlan): readonly number[] {
  switch (plan.strategy) {
    case 'Topology': return FIRST_BURST
    case 'Census': return [NEIGHBOURHOOD, ...[plan.bucket, plan.secondBucket].filter(bucket => bucket !== undefined).map(bucket => Math.min(bucket, DEEPEST_BUCKET))]
    case 'Sample': return [plan.bucket]
  }
}

/**
 * The queries to send once the closest peers are known: the buckets between the first burst and the bucket of the
 * farthest of the closest peers. The answer already contains all deeper buckets.
 *
 * @param prefix the queried peer's position in the key space
 */
export function moreQueries (plan: QueryPlan, prefix: number, closest: readonly PeerRecord[]): readonly number[] {
  const lengths = plan.strategy === 'Topology' ? closest.map(peer => commonPrefixLength(prefix, kadPrefix(peer.id))) : []
  const deepest = lengths.length > 0 ? Math.min(...lengths, DEEPEST) : 0
  const next = FIRST_BURST.length - 1

  return Array.from({ length: Math.max(0, deepest - next + 1) }, (_, i) => next + i)
}

/** The FIND_NODE key of a query to the peer at `prefix`. */
export function queryKey (query: number, prefix: number): Uint8Array {
  return query === NEIGHBOURHOOD ? neighbourhoodTarget(prefix) : bucketTarget(prefix, query)
}
