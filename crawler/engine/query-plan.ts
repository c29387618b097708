import type { QueryPlan } from '../dht/visit-target.ts'

/** Buckets that a Census queries in turn. Deeper ones are empty in a network of a million peers. */
export const CENSUS_BUCKETS = 16

/**
 * The queries for a peer. In a Census each peer starts at a bucket given by its id, and moves on by one with each
 * crawl. One crawl therefore queries every bucket at some peers, and 16 crawls query every bucket at every peer.
 */
export function queryPlan (strategy: QueryPlan['strategy'], crawlNumber: number, id: Uint8Array): QueryPlan {
  return strategy === 'Topology' ? { strategy } : { strategy, bucket: (lastByte(id) + crawlNumber) % CENSUS_BUCKETS }
}

// The last byte of a key or hash is as good as random.
function lastByte (id: Uint8Array): number {
  return id.at(-1) ?? 0
}
