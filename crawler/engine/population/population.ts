import { isContacted } from '../../../core/contracts/outcome.ts'
import { defined } from '../../../core/defined.ts'
import { goneToKeep, isGone, skippedAtVisit } from './gone-peers.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'
import type { KnownPeer } from '../frontier/known-peer.ts'

/** Most failed crawls in a row before a peer that was never contacted is no longer a seed. */
export const MAX_FAILURES = 3

const MAX_SEED_ADDRESSES = 16

/** The peers of a crawl that ended. */
export interface CrawledPeers {
  peers: Iterable<FrontierPeer>

  /** Gone peers that the crawl did not start from. */
  resting: readonly KnownPeer[]

  /** Most peers of a crawl. */
  maxPeers: number

  /** Whether gone peers are kept for a day; otherwise for three failed crawls, like all others. */
  keepsGone: boolean

  /** End of the crawl, in epoch milliseconds. */
  nowMs: number
}

/**
 * The peers that the next crawl starts from: first the contacted ones, then the gone ones, then those that failed and
 * were never contacted. Peers that this crawl did not visit keep their data of the crawl before.
 *
 * Bounded to half and a quarter of `maxPeers`, of which at most half are gone peers: a hostile network may fill these
 * lists, and the next crawl needs room for new peers.
 */
export function population ({ peers, resting, maxPeers, keepsGone, nowMs }: CrawledPeers): KnownPeer[] {
  const alive: KnownPeer[] = []
  const failed: KnownPeer[] = []
  const found = new Set<KnownPeer | undefined>()

  for (const peer of peers) {
    const known = knownOf(peer, { keepsGone, nowMs })
    found.add(peer.known)

    if (known?.failures === 0 && alive.length < maxPeers / 2) {
      alive.push(known)
    } else if (known !== undefined && known.failures > 0) {
      failed.push(known)
    }
  }

  const unseen = resting.filter(peer => !found.has(peer)).map(peer => ({ ...peer, skipped: (peer.skipped ?? 0) + 1 }))
  const gone = goneToKeep([...failed.filter(isGone), ...unseen], Math.ceil(maxPeers / 8))
  const others = failed.filter(peer => !isGone(peer) && peer.failures <= MAX_FAILURES)

  return [...alive, ...gone, ...others.slice(0, Math.ceil(maxPeers / 4) - gone.length)]
}

function knownOf (peer: FrontierPeer, { keepsGone, nowMs }: Pick<CrawledPeers, 'keepsGone' | 'nowMs'>): KnownPeer | undefined {
  const { id, outcome, known } = peer

  if (outcome === undefined || outcome === 'aborted') {
    return known
  }
  if (isContacted(outcome)) {
    return { id, addresses: seedAddresses(peer), outcome, failures: 0, ...defined({ contactedAtMs: peer.contactedAtMs }) }
  }

  const contactedAtMs = keepsGone ? known?.contactedAtMs : undefined
  const failed = { id, addresses: seedAddresses(peer), outcome, failures: (known?.failures ?? 0) + 1, ...defined({ contactedAtMs }) }

  return isGone(failed) ? { ...failed, skipped: skippedAtVisit(failed, nowMs) } : failed
}

// Copies the addresses: a view would keep the whole packed list alive.
function seedAddresses ({ addresses, answeredAt }: FrontierPeer): Uint8Array[] {
  const others = addresses.list().slice(0, MAX_SEED_ADDRESSES).map(address => new Uint8Array(address))

  return answeredAt === undefined ? others : [answeredAt, ...others].slice(0, MAX_SEED_ADDRESSES)
}
