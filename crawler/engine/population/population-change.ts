import { isContacted } from '../../../core/contracts/outcome.ts'
import type { KnownPeer } from '../frontier/known-peer.ts'

/** How the population of a crawl differs from that of the one before. */
export interface PopulationChange {
  /** Peers contacted that were not contacted before. */
  entered: number

  /** Peers contacted before that are not any more. */
  left: number
}

/** Which of the peers that are contacted had come to the passive node. */
export interface PopulationOverlap {
  /** Only the crawl contacted them. */
  active: number

  /** They only came. */
  passive: number

  both: number
}

/**
 * How two crawls in a row differ. Undefined where the one before contacted nobody that is known. What a crawl did not get to
 * keeps what was known of it, and has neither come nor gone.
 */
export function changeOf (before: readonly KnownPeer[], after: readonly KnownPeer[]): PopulationChange | undefined {
  const [earlier, later] = [contactedOf(before), contactedOf(after)]

  return earlier.size === 0 ? undefined : { entered: later.difference(earlier).size, left: earlier.difference(later).size }
}

/** How the contacted peers of a crawl overlap with those that came to the passive node. @param met their multihashes in hex */
export function overlapOf (crawled: readonly KnownPeer[], met: ReadonlySet<string>): PopulationOverlap {
  const active = contactedOf(crawled)
  const both = active.intersection(met).size

  return { active: active.size - both, passive: met.size - both, both }
}

function contactedOf (peers: readonly KnownPeer[]): Set<string> {
  return new Set(peers.filter(({ failures, outcome }) => failures === 0 && isContacted(outcome)).map(({ id }) => hex(id)))
}

function hex (id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
