// Peers that were contacted once and are gone. They stay in mind for a day, so that the beginning of their next
// session has a bound too. Every crawl of the first hour starts from them, later every sixth.
import type { KnownPeer } from '../frontier/known-peer.ts'

/** How long after its last contact every crawl visits a gone peer, in milliseconds. */
export const EVERY_CRAWL_MS = 3_600_000

/** How long after its last contact it is forgotten, in milliseconds. */
export const FORGET_AFTER_MS = 24 * 3_600_000

/** After the first hour, a gone peer is visited by one crawl in so many. */
export const GONE_TURN = 6

/** Memory for the addresses of gone peers, in bytes: about 100,000 peers of a public network. */
const MAX_BYTES = 32 * 1_024 * 1_024

/** Peers of earlier crawls by what the next crawl does with them. */
export interface Turns {
  /** The crawl starts from them. */
  due: KnownPeer[]

  /** Gone peers that this crawl visits only if another peer announces them. */
  resting: KnownPeer[]
}

/** Whether a peer was contacted by a crawl and failed since. */
export function isGone ({ contactedAtMs, failures }: Pick<KnownPeer, 'contactedAtMs' | 'failures'>): boolean {
  return contactedAtMs !== undefined && failures > 0
}

/** Sorts the peers of earlier crawls: gone peers have turns, and are left out a day after their last contact. All others are due. */
export function turnsOf (known: readonly KnownPeer[], nowMs: number): Turns {
  const due: KnownPeer[] = []
  const resting: KnownPeer[] = []

  for (const peer of known) {
    const goneMs = isGone(peer) ? sinceContactMs(peer, nowMs) : 0

    if (goneMs < EVERY_CRAWL_MS || (goneMs < FORGET_AFTER_MS && (peer.skipped ?? 0) >= GONE_TURN - 1)) {
      due.push(peer)
    } else if (goneMs < FORGET_AFTER_MS) {
      resting.push(peer)
    }
  }

  return { due, resting }
}

/**
 * Crawls that count as skipped at a gone peer's last visit. In the first hour it depends on the id, so that peers that
 * left together do not all return in the same crawl.
 */
export function skippedAtVisit (peer: Pick<KnownPeer, 'id' | 'contactedAtMs'>, nowMs: number): number {
  return sinceContactMs(peer, nowMs) < EVERY_CRAWL_MS ? (peer.id.at(-1) ?? 0) % GONE_TURN : 0
}

/** The gone peers to keep, most recent contact first: at most `maxPeers`, with at most 32 MB of addresses. */
export function goneToKeep (gone: readonly KnownPeer[], maxPeers: number): KnownPeer[] {
  let bytes = 0
  const recent = [...gone].sort((a, b) => (b.contactedAtMs ?? 0) - (a.contactedAtMs ?? 0)).slice(0, maxPeers)
  const end = recent.findIndex(({ addresses }) => {
    bytes += addresses.reduce((sum, { length }) => sum + length, 0)

    return bytes > MAX_BYTES
  })

  return end < 0 ? recent : recent.slice(0, end)
}

// A clock that was set back does not make a contact of the future.
function sinceContactMs ({ contactedAtMs = 0 }: Pick<KnownPeer, 'contactedAtMs'>, nowMs: number): number {
  return Math.max(0, nowMs - contactedAtMs)
}
