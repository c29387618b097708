import type { QueryPlan } from '../dht/visit-target.ts'

/** Buckets that the questions of a Census go through: deeper ones are empty in a network of a million peers. */
export const CENSUS_BUCKETS = 16

/**
 * What to ask a peer. In a Census each peer starts at another bucket (by its id) and moves one on
 * from crawl to crawl: within one crawl all buckets are asked of someone, over 16 crawls all of everyone.
 */
export function queryPlan (strategy: QueryPlan['strategy'], crawlNumber: number, id: Uint8Array): QueryPlan {
  return strategy === 'Topology' ? { strategy } : { strategy, bucket: (lastByte(id) + crawlNumber) % CENSUS_BUCKETS }
}

// The last byte of a key or hash is as good as random.
function lastByte (id: Uint8Array): number {
  return id.at(-1) ?? 0
}
