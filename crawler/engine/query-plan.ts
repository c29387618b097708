import type { QueryPlan, Strategy } from '../dht/visit-target.ts'

/** Buckets that a Census queries in turn. Deeper ones are empty in a network of a million peers. */
export const CENSUS_BUCKETS = 16

// The second bucket is as far from the first as possible: with it, 8 crawls query every bucket.
const SECOND_AFTER = CENSUS_BUCKETS / 2

/**
 * The queries for a peer. In a Census each peer starts at a bucket given by its id, and moves on by one with each
 * crawl. One crawl therefore queries every bucket at some peers, and 16 crawls query every bucket at every peer.
 *
 * @param asksThird whether to ask for a second bucket: the third question of a Census
 */
export function queryPlan (strategy: Strategy, crawlNumber: number, id: Uint8Array, asksThird = false): QueryPlan {
  if (strategy === 'Topology') {
    return { strategy }
  }

  const bucket = (lastByte(id) + crawlNumber) % CENSUS_BUCKETS

  return { strategy, bucket, ...asksThird && { secondBucket: (bucket + SECOND_AFTER) % CENSUS_BUCKETS } }
}

// The last byte of a key or hash is as good as random.
function lastByte (id: Uint8Array): number {
  return id.at(-1) ?? 0
}
