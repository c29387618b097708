import { isContacted } from '../../../core/contracts/outcome.ts'
import type { FrontierPeer } from '../frontier/frontier-peer.ts'
import type { KnownPeer } from '../frontier/known-peer.ts'

/** Most failed crawls in a row before a peer is no longer a seed. */
export const MAX_FAILURES = 3

const MAX_SEED_ADDRESSES = 16

/**
 * The peers that the next crawl starts from: first the contacted ones, then those that failed recently. Peers that
 * this crawl did not visit keep their data of the crawl before.
 *
 * Bounded to half and a quarter of `maxPeers`: a hostile network may fill these lists, and the next crawl needs room
 * for new peers.
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

// Copies the addresses: a view would keep the whole packed list alive.
function seedAddresses ({ addresses, answeredAt }: FrontierPeer): Uint8Array[] {
  const others = addresses.list().slice(0, MAX_SEED_ADDRESSES).map(address => new Uint8Array(address))

  return answeredAt === undefined ? others : [answeredAt, ...others].slice(0, MAX_SEED_ADDRESSES)
}
