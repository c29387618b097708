import { isContacted } from '../../../core/contracts/outcome.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'
import type { KnownPeer } from '../frontier/known-peer.ts'

/** Crawls in a row that a peer may fail before the crawl no longer looks for it by itself. */
export const MAX_FAILURES = 3

const MAX_SEED_ADDRESSES = 16

/**
 * What a crawl leaves to the next one: the contacted peers first, then those that failed lately. What
 * this crawl did not get to keeps what the one before knew of it.
 *
 * Bounded to half and a quarter of `maxPeers`, so that the past, which a hostile network may have
 * filled, leaves the next crawl room for peers that it has not met.
 */
export function population (peers: Iterable<FrontierPeer>, maxPeers: number): KnownPeer[] {
  const alive: KnownPeer[] = []
  const failed: KnownPeer[] = []

  for (const peer of peers) {
    const known = knownOf(peer)

    if (known?.failures === 0 && alive.length < maxPeers / 2) {
      alive.push(known)
    } else if (known !== undefined && known.failures > 0 && known.failures <= MAX_FAILURES && failed.length < maxPeers / 4) {
      failed.push(known)
    }
  }

  return alive.concat(failed)
}

function knownOf (peer: FrontierPeer): KnownPeer | undefined {
  const { id, outcome, known } = peer

  if (outcome === undefined || outcome === 'aborted') {
    return known
  }

  return { id, addresses: seedAddresses(peer), outcome, failures: isContacted(outcome) ? 0 : (known?.failures ?? 0) + 1 }
}

// Copies: a view would keep the whole packed list alive.
function seedAddresses ({ addresses, answeredAt }: FrontierPeer): Uint8Array[] {
  const others = addresses.list().slice(0, MAX_SEED_ADDRESSES).map(address => new Uint8Array(address))

  return answeredAt === undefined ? others : [answeredAt, ...others].slice(0, MAX_SEED_ADDRESSES)
}
