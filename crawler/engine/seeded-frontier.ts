import { Frontier } from './frontier/frontier.ts'
import { PeerIndex } from './frontier/peer-index.ts'
import { turnsOf } from './population/gone-peers.ts'
import { MAX_FAILURES } from './population/population.ts'
import type { CrawlSeeds } from './crawl-report.ts'
import type { FrontierDeps } from './frontier/frontier.ts'
import type { KnownPeer } from './frontier/known-peer.ts'
import type { Turns } from './population/gone-peers.ts'

/** How a crawl starts. */
export interface SeedOptions {
  /** Most peers of the crawl. */
  maxPeers: number

  /** Whether gone peers are kept in mind for a day. */
  keepsGone: boolean

  /** Start of the crawl, in epoch milliseconds. */
  nowMs: number
}

/** A frontier with the peers that a crawl starts from, and the gone peers that it does not start from. */
export function seededFrontier (
  deps: FrontierDeps,
  { maxPeers, keepsGone, nowMs }: SeedOptions,
  { bootstrap, connected, known }: CrawlSeeds
): { frontier: Frontier, resting: readonly KnownPeer[] } {
  const { due, resting } = keepsGone ? turnsOf(known, nowMs) : withoutGone(known)
  const asleep = new PeerIndex<KnownPeer>()
  resting.filter(({ id }) => asleep.get(id) === undefined).forEach((peer) => {
    asleep.add(peer)
  })
  const frontier = new Frontier({ ...deps, recall: id => asleep.get(id) }, { maxPeers })

  for (const peer of bootstrap) {
    frontier.seed(peer, 'bootstrap')
  }
  for (const peer of connected) {
    frontier.seed(peer, 'connected')
  }
  for (const peer of due) {
    frontier.seed(peer, 'known', peer)
  }

  return { frontier, resting }
}

function withoutGone (known: readonly KnownPeer[]): Turns {
  return { due: known.filter(({ failures }) => failures <= MAX_FAILURES), resting: [] }
}
