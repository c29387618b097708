// How few questions show a peer's routing table. The peers around its own place are the deep end of
// the table; each bucket above them takes one more question. With N servers the 20 closest reach up
// to bucket log2(N / 20), so that a first burst to bucket 7 covers a network of 5,000 in one round
// trip, and the answer about its own place says what is left.
//
// That place is asked for by a key that shares 16 bits with the peer's, not by the peer's own id:
// go-libp2p servers from before March 2024 answer their own id with themselves alone.
import { bucketTarget, commonPrefixLength, DEEPEST_BUCKET, kadPrefix, neighbourhoodTarget } from './kad-key.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { QueryPlan } from './visit-target.ts'

/** The question for the peers around the asked peer; the others are bucket numbers: bits that the key shares with the peer's. */
export const NEIGHBOURHOOD = -1

const FIRST_BURST = [NEIGHBOURHOOD, 0, 1, 2, 3, 4, 5, 6, 7] as const

/** Deepest bucket that a Topology asks for, so that a visit never takes more than 16 questions. */
const DEEPEST = 14

/** What to ask at once. */
export function firstQueries (plan: QueryPlan): readonly number[] {
  return plan.strategy === 'Topology' ? FIRST_BURST : [NEIGHBOURHOOD, Math.min(plan.bucket, DEEPEST_BUCKET)]
}

/**
 * What to ask once the neighbourhood is known: the buckets between the first burst and the
 * peer that shares the fewest bits among the closest, where these buckets are seen whole.
 *
 * @param prefix the asked peer's place in the key space
 */
export function moreQueries (plan: QueryPlan, prefix: number, closest: readonly PeerRecord[]): readonly number[] {
  const lengths = plan.strategy === 'Topology' ? closest.map(peer => commonPrefixLength(prefix, kadPrefix(peer.id))) : []
  const deepest = lengths.length > 0 ? Math.min(...lengths, DEEPEST) : 0
  const next = FIRST_BURST.length - 1

  return Array.from({ length: Math.max(0, deepest - next + 1) }, (_, i) => next + i)
}

/** The FIND_NODE key of a question to the peer at `prefix`. */
export function queryKey (query: number, prefix: number): Uint8Array {
  return query === NEIGHBOURHOOD ? neighbourhoodTarget(prefix) : bucketTarget(prefix, query)
}
